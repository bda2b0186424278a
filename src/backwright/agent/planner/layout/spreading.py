"""What a line says of all the fields below it, said of each: `Add these to Order, all nullable:`."""

from __future__ import annotations

import re
from collections.abc import Collection

from backwright.agent.planner.layout.fields import field_of
from backwright.agent.planner.layout.tree import Node

_ONE = r"(?:optional|nullable|required|mandatory|unique|indexed)"
_SAID = rf"(?P<said>{_ONE}(?:(?:,? and |, ){_ONE})*)"
_COUNT = r"(?:two|three|four|five|six|\d)"
_OF_ALL = rf"(?:(?:they|these|those) (?:are |should be |must be )?(?:all|both)|(?:all|each|both)(?: {_COUNT})?(?: of (?:them|these|those|which))?(?: (?:new )?(?:fields?|columns?|ones))?)(?: (?:are|is|being|should be|must be))?"
# Behind what the line says otherwise: `, all nullable`, ` (each of them optional)`, `. All three are optional`
_BEHIND = re.compile(rf"(?i)(?:\s*[,;(–-]\s*|(?<=[.!])\s+)(?:and )?{_OF_ALL} {_SAID}\)?(?=\W*$)")
# Before what is called fields: `these nullable columns`, `three optional fields`
_BEFORE = re.compile(
    rf"(?i)\b{_SAID}(?P<rest> (?:(?:new|more|additional|extra|further) )*(?:fields|columns|attributes|properties)\b)"
)
_DENIES = {
    "optional": r"required|mandatory|not null|obligatory",
    "required": r"optional|nullable|null\b",
}
_ALIKE = {"nullable": "optional", "mandatory": "required"}


def spread(node: Node, names: Collection[str]) -> bool:
    """Say of each field below a line what the line says of all of them; tell whether anything was.

    Args:
        node: A line; those beneath it are gone through, too.
        names: Names of models.
    """
    fields = [one for one in node.children if field_of(one.text, names) and not one.children]
    found = _BEHIND.search(node.text) or _BEFORE.search(node.text)
    done = False
    if found and fields and len(fields) == len(node.children):
        said = [one.lower() for one in re.findall(rf"(?i){_ONE}", found["said"])]
        said = [_ALIKE.get(one, one) for one in said]
        if not any(_denies(one, told.text) for one in said for told in fields):
            _take(node, found[0], found.groupdict().get("rest") or "")
            for one in fields:
                _say(one, [told for told in said if told != "required"])
            done = True
    return any([done, *(spread(one, names) for one in node.children)])


def _denies(said: str, text: str) -> bool:
    """Tell whether a field says of itself the contrary of what is said of all."""
    return bool(said in _DENIES and re.search(rf"(?i)\b(?:{_DENIES[said]})", text))


def _take(node: Node, told: str, rest: str) -> None:
    """Take from a line what its fields are to say; a sentence of its own goes with its end."""
    node.raw = node.raw.replace(told, rest.lstrip(), 1)
    node.text = node.text.replace(told, rest.lstrip(), 1)


def _say(node: Node, said: list[str]) -> None:
    more = "".join(f", {one}" for one in said if not re.search(rf"(?i)\b{one}\b", node.text))
    node.text = f"{node.text.rstrip(' ;.,')}{more}"
    node.raw = f"{node.raw.rstrip(' ;.,')}{more}"
