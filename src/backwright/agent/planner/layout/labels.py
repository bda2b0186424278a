"""What a line announces: a part of a ticket by its label, or the resource whose fields stand beneath it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backwright.agent.planner.layout.tree import TICKET, Node
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.types import World
from backwright.agent.planner.whole.heads import is_noun
from backwright.agent.planner.whole.owning import owner_of

_LABEL = re.compile(r"^(?P<label>[A-Za-z][\w /&-]{0,40}?)\s*(?::\s*(?P<rest>.*))?$", re.DOTALL)
_OPENS = re.compile(
    r"\s*(?:[:={(\[.]|[–-]\s*$)\s*$"
)  # what may stand between a name and its fields
_SAID = re.compile(r"(?i)\b(?:resource|model|entity)\b")  # it is called one, whatever it is called
_PLACE = re.compile(
    r"(?i)\s+(?:to|in|into|for|of) (?:the|our|my|this) (?P<place>\w+)(?: (?:api|app|backend|project|service|application))?$"
)
_WITH = re.compile(
    r"(?i),?\s+(?:with|having)(?: (?:the|these|those|following|two|three|four|five|some|a few))*(?: (?:fields|columns|attributes|properties))?$|,\s*(?:fields|columns|attributes|properties)$"
)

_INSIDE = re.compile(r"([^(),]*\w[`*]*)\s*(\()([^()]*)\)[\s:]*")
_NOBODY = re.compile(r"(?i)^(?:none|nobody|no one|n/a)\b(?=\s*(?:$|[.,;:(–-]))")


@dataclass(frozen=True, slots=True)
class Label:
    """What a part of a text is called, as a kind of the lexicon, and what stands on the same line."""

    kind: str
    rest: str


def owner_apart(text: str) -> tuple[str, str]:
    """Return the head of a list, and what it says of whose the rows are: `New resource Tag, owned per user:`."""
    inside = _INSIDE.fullmatch(text)
    head, comma, tail = inside.groups() if inside else text.partition(",")
    told = tail.strip(" :")
    return (head, told) if comma and owner_of(told, alone=False) in ("user", "none") else (text, "")


def label_of(node: Node) -> Label | None:
    """Return the label of a line, None where it has none that is known."""
    found = _LABEL.match(node.text)
    if not found:
        return None
    rest = (found["rest"] or "").strip()
    if ":" not in node.text and not (node.is_heading or node.children):
        return None
    for kind, form in lexicon("layout")["labels"].items():
        if kind != "nouns" and pattern(form).fullmatch(found["label"]):
            return Label(str(kind), rest)
    return None


def is_part_label(name: str) -> bool:
    """Tell whether a field is called as parts of a ticket are: `description`, `details`."""
    return any(pattern(form).fullmatch(name) for form in lexicon("layout")["labels"].values())


def is_label(node: Node, *kinds: str) -> bool:
    """Tell whether a line is a label of one of some kinds, with nothing behind it."""
    label = label_of(node)
    return label is not None and label.kind in kinds and not label.rest


def resource_of(node: Node, world: World) -> str | None:
    """Return the name of the resource that a line announces, None where it announces none."""
    label = label_of(node)
    behind = label.rest if label and label.kind in ("title", "parts") else ""
    return next(
        (name for text in (node.text, behind) if text and (name := _resource(text, world))), None
    )


def _resource(text: str, world: World) -> str | None:
    text = owner_apart(_OPENS.sub("", TICKET.sub("", text)))[0]
    text = _WITH.sub("", _OPENS.sub("", text))
    place = _PLACE.search(text)
    if place and world.thing(place["place"]) is None:
        text = text[: place.start()]
    forms = lexicon("layout")["resources"]
    for form in forms["forms"]:
        found = pattern(form.replace("THE", forms["the"])).fullmatch(text)
        if found and _SAID.search(text) and re.fullmatch(r"[A-Z]\w+", found["name"]):
            return _world_name(found["name"], world)
        if found and (name := _named(found["name"], world)):
            return name
    found = pattern(forms["bare"]).fullmatch(text)
    return _named(found["name"], world) if found and not _is_part(text) else None


def _is_part(text: str) -> bool:
    """Tell whether a noun is the label of a part and hardly the name of a resource: `Fields`, not `Ticket`."""
    labels = lexicon("layout")["labels"]
    kind = next((kind for kind, form in labels.items() if pattern(form).fullmatch(text)), "")
    return (
        bool(kind)
        and kind not in ("notes", "meta", "story", "nouns")
        and not pattern(labels["nouns"]).fullmatch(text)
    )


def _world_name(noun: str, world: World) -> str:
    """Return the model that a noun names, else the noun as the name of a new one."""
    thing = world.thing(noun)
    return thing.name if thing else pascal(noun)


def _named(noun: str, world: World) -> str | None:
    if world.thing(noun):
        return _world_name(noun, world)
    first = noun.split()[0]
    if pattern("^(?:<ADD>|<VERB>|<DET>|<NUM>|these|those|this|following|it|they)$").match(
        first
    ) and noun != pascal(noun):
        return None
    if not all(is_noun(word) for word in noun.split()):
        return None
    return pascal(noun)


def told_under(label: Label, node: Node) -> list[str]:
    """Return what stands under a label, line by line."""
    beneath = [one.text for child in node.children for one in (child, *child.children)]
    told = [one for one in (label.rest, *beneath) if one]
    of_owner = label.kind == "owner" and node.text.lower().startswith("owner")
    return [_NOBODY.sub("no owner", one) for one in told] if of_owner else told


def last_sentence(text: str) -> int:
    """Return where the last sentence of a line begins."""
    return max((m.end() for m in re.finditer(r"[.!?]\s+(?=[A-Z])", text)), default=0)
