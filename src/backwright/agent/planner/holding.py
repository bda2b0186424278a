"""What a model of the project holds today, told beside its name: `Product, which has a name and a price, needs a weight`."""

from __future__ import annotations

import re

from backwright.agent.planner.types import Thing, World

_NOW = r"(?: (?:today|currently|already|now|so far|at present|at the moment))"
_HOLDS = re.compile(
    rf"(?P<name>[A-Za-z]\w+),? (?:which|that){_NOW}? (?:only )?(?:has|have|holds?|consists of|contains?|knows?){_NOW}?(?: (?:only|just))? "
)
_ONE = re.compile(
    r"(?:,? and |, )?(?:(?:an?|the|its|only|just|one) )*[`\"']?(?P<one>\w+(?: \w+)?)[`\"']?"
)
_ENDS = re.compile(rf"{_NOW}?, ?(?P<next>[A-Za-z]+)")
_SPEAKERS = ("i", "we", "you", "please", "add", "put", "there")  # before these a sentence goes on


def without_held(text: str, world: World) -> str:
    """Return a text without the columns that are told of a model and that it has already."""
    for found in reversed(list(_HOLDS.finditer(text))):
        thing = world.thing(found["name"])
        end = found.end() if thing is None else _end_of_held(text, found.end(), thing)
        ended = _ENDS.match(text, end)
        if ended and end > found.end():
            goes_on = ", " if ended["next"].lower() in _SPEAKERS else " "
            text = f"{text[: found.end('name')]}{goes_on}{text[ended.start('next') :]}"
    return text


def _end_of_held(text: str, at: int, thing: Thing) -> int:
    """Return where a list of columns ends that begins at a place."""
    while found := _ONE.match(text, at):
        words = found["one"].split()
        held = next((n for n in (2, 1) if len(words) >= n and _has(thing, words[:n])), 0)
        if not held:
            break
        at = found.start("one") + len(" ".join(words[:held]))
        at += text[at : at + 1] in ("`", '"', "'")
    return at


def _has(thing: Thing, words: list[str]) -> bool:
    """Tell whether words name a column: `price`, `category` that is `category_id`."""
    name = "_".join(words).lower()
    return name in thing.columns or f"{name}_id" in thing.columns
