"""Lines that describe one field each: `- name: string`, `order, reference to Order`, `plate   string, unique`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.layout.labels import is_part_label, label_of
from backwright.agent.planner.layout.tables import role_of, said_of
from backwright.agent.planner.layout.tree import Node
from backwright.agent.planner.lexicon import pattern

_NAME = r"[`\"']?(?P<name>[A-Za-z]\w*(?:(?: |-)[a-z]\w*){0,2}?)[`\"']?"
_FIELD = re.compile(
    rf"^{_NAME}(?P<may>\??)(?P<mark>\s*:\s*|\s+[-–—]\s+|\s*(?:->|=>|→)\s*|\s*,\s*|\s*(?=\()|\s{{2,}}|\t+|\s+(?=[A-Za-z]))(?P<said>\S.*)$"
)
_REFERS = re.compile(
    r"(?i)^(?:an? |the )?(?:optional |required |nullable )?(?:reference|ref|foreign key|fk|link|points?|many[- ]to[- ]many|belongs)\b"
)
_LEAD = re.compile(
    r"(?i)^[\s(]*(?:(?:an?|the|is|its|as|of|type|optional|required|mandatory|unique|nullable|non-?empty|short|long|one|valid)\b[\s:,]*)*"
)
# Signs of sketches, as words.
_SIGNS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?i)^(enum|one of)\s*\[([^\[\]]*)\]"), r"\1 (\2)"),
    (re.compile(r"^(?P<to>[A-Z]\w*) \((?:reference|ref|fk|foreign key)\)"), r"reference to \g<to>"),
    (re.compile(r";?\s*(?:#|//)\s+"), ", "),
    (re.compile(r"\s*\|\s*(?:None|null|undefined)\b"), ", optional"),
    (re.compile(r"^Optional\[(\w+)\]"), r"\1, optional"),
    (re.compile(r"^(\w+)\?(?=\s|,|$)"), r"\1, optional"),
    (re.compile(r"\s*@default\(([^()]*)\)"), r", default \1"),
    (re.compile(r"\s*@(unique|index)\b"), r", \1"),
    (re.compile(r"(?<=[\w)\]\"'])\s+=\s+(?=\S)"), ", default "),
    (re.compile(r"[\"']\w+[\"'](?:\s*\|\s*[\"']\w+[\"'])+"), lambda one: "one of " + ", ".join(re.findall(r"\w+", one[0]))),
    (re.compile(r"(?i)^(?:ref|fk|foreign key|reference|link)(?: to)?\s*:?\s*\(?(?P<to>(?-i:[A-Z])\w*)\)?\s*,?\s*"), r"reference to \g<to>, "),
)  # fmt: skip
_LABELLED = re.compile(r"[`\"']?(?P<role>[A-Za-z][\w ]{0,20}?)[`\"']?\s*:\s+(?P<said>\S.*)")
_USERS = re.compile(r"(?i)(?:the )?users?|none|nobody")
_DELETES = re.compile(r"(?i)on[ _]?delete")
# `- Comment belongs to a Task (foreign key)`, below the resource Comment
_OF_ITSELF = re.compile(
    r"- `?(?P<name>\w+)`?: (?:belongs to|references|refers to|points to|links to|is linked to) (?:(?:an?|the|one|exactly one) )?`?(?P<to>[A-Z]\w*)`?(?:,? \((?:foreign key|fk|required|reference|ref)\))?(?P<rest>(?:,.*)?)"
)
_TYPED = frozenset({"type", "money", "decimal", "enum", "ref", "many", "length", "range"})
_MODIFIERS = frozenset(
    {"optional", "required", "unique", "default", "index", "positive", "nonnegative"}
)
_NO_NAME = re.compile(
    r"(?i)^(?:add|create|put|give|make|run|allow|limit|list|set|use|let|enable|help|keep|build|extend|introduce|implement|support|provide|ensure|remove|delete|change|update|fix|check|verify|write|report|return|document|do|never|always|every|each|a|an|the|on|in|into|within|only|no|all|users?|nobody|everybody|everyone|it|they|we|i|one|two|new|with|for|and|then|index|paginate|version|rate|cors|please|when|if|is|has|belongs?|references|refers|points|links|existing|our|my|these|those|both)\b"
)


_NO_FIELD = re.compile(
    r"private|shared|global|public|personal|owned|isolated|paginated|indexed|optional|required|crud|tests?|migrations?|endpoints?|routes?|docs?|docstrings?|schemas?|timestamps?"
)
_ADDS = re.compile(
    r"(?i)^(?:please )?(?:add|new|plus)\s+(?=[`\"'][a-z]\w*[`\"']\s*[(:,–-]|[a-z]\w*\s*\()"
)
# `add note (text, optional) to Order`
_PLACED = re.compile(
    r"(?i)\)\s*,?\s*(?:to|on|in|for) (?:(?:the|our|all|each|every) )*(?:model |table |resource )?`?(?P<model>\w+)`?(?: (?:model|table|resource))?$"
)


def field_of(text: str, names: Collection[str]) -> tuple[str, str] | None:
    """Return the name of the field that a line describes, and what it says of it; None where it describes none.

    Args:
        text: The words of a line.
        names: Names of models, of the project and of the text.
    """
    line = text.strip().rstrip(";.").rstrip()
    text = _ADDS.sub("", line)
    placed = _PLACED.search(text) if text != line else None
    if placed and placed["model"] in names:
        return None  # an order of its own, and no field of what stands above
    found = _FIELD.match(text)
    if not found or (found["mark"].isspace() and _NO_NAME.match(text)):
        return None
    name, said = found["name"], _without_marks(_uncoded(found["said"], names))
    if re.search(r"[ -]", name) and (_NO_NAME.match(name) or not found["mark"].strip(" ,")):
        return None
    is_loose = found["mark"].strip() in ("", ",") and not found["said"].startswith("(")
    if not _describes(said, names, is_loose=is_loose and not text.startswith("`")):
        return None
    if is_part_label(name) or pattern(r"(?:<VERB>|<ADD>)").fullmatch(name):
        name = f"`{name}`"  # no label and no order, but a field that is called so: `make: string`
    if re.search(r"->|=>|→", found["mark"]) and said.split()[0].strip(",") in names:
        said = f"reference to {said}"
    return name, f"{said}, optional" if found["may"] else said


def of_itself(field: str, resource: str) -> str:
    """Return the point of a field; where it only names its own resource, the field of what that belongs to."""
    found = _OF_ITSELF.fullmatch(field)
    if not found or found["name"].lower() != resource.lower():
        return field
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", found["to"]).lower()
    return f"- {name}: reference to {found['to']}{found['rest']}"


def bare_name(text: str) -> str:
    """Return the name that a point of a list of fields consists of; empty where it says anything else."""
    found = re.fullmatch(r"[`\"']?([a-z][a-z0-9]*(?:_[a-z0-9]+)*)[`\"']?", text.strip(" .;,"))
    return "" if found is None or _NO_FIELD.fullmatch(found[1]) else found[1]


def _uncoded(said: str, names: Collection[str]) -> str:
    """Return what is said of a field with the names of models bare: `` reference to `Building` ``."""
    return re.sub(r"`([A-Z]\w*)`", lambda one: one[1] if one[1] in names else one[0], said)


def _without_marks(said: str) -> str:
    """Return what is said of a field in words, without the parentheses around it: `str | None  # 1..80`."""
    for form, means in _SIGNS:
        said = form.sub(means, said.strip())
    if said.startswith("(") and said.find(")") == len(said) - 1:
        said = said[1:-1]
    elif said.startswith("("):
        said = re.sub(r"^\(([^()]*)\)\s*,?\s*", r"\1, ", said)
    return said.strip(" ,")


def _describes(said: str, names: Collection[str], *, is_loose: bool) -> bool:
    """Tell whether words begin with what a field is like."""
    if _REFERS.match(said) or re.split(r"[\s,(?]", said)[0] in names:
        return True
    lead = _LEAD.match(said)
    begin = lead.end() if lead else 0
    found = spot(said, ())
    if any(one.kind in _TYPED and (one.start, one.end) == (0, len(said)) for one in found):
        return True
    if any(one.kind in _TYPED and one.start <= begin for one in found):
        return not is_loose or any(one.kind in _TYPED and not one.weak for one in found)
    modified = any(one.kind in _MODIFIERS and one.start <= begin for one in found)
    return modified and not is_loose and len(said.split()) < 4


def attributes_only(node: Node) -> bool:
    """Tell whether all that stands beneath a line only says what one field is like: `- string`, `- default: 3`."""
    return bool(node.children) and all(
        not one.children and attribute_of(one.text) is not None for one in node.children
    )


def attributes_of(node: Node) -> list[str]:
    """Return what the lines beneath a line say of its field."""
    return [told for one in node.children if (told := attribute_of(one.text))]


def attribute_of(text: str) -> str | None:
    """Return what a line says of the field above it: `unique`, `type: string`, `on delete: cascade`; None where it says none."""
    if labelled := _LABELLED.fullmatch(text.strip()):
        role = role_of(labelled["role"])
        said = (
            said_of(role, labelled["said"]) if role not in ("", "name", "model", "remark") else ""
        )
        if role or not _DELETES.fullmatch(labelled["role"]):
            return said or None
        return f"{labelled['said']} on delete"
    return text if _describes(text, (), is_loose=False) else None


def field_under(node: Node, names: Collection[str]) -> str | None:
    """Return a field as it is written, with what the lines beneath it say of it."""
    if attributes_only(node) and re.fullmatch(r"[`\"']?[A-Za-z]\w*[`\"']?\s*:?", node.text):
        return f"{node.text.strip(' :')}: {', '.join(attributes_of(node))}"
    found = field_of(node.text, names)
    label = label_of(node)
    says_whose = label and label.kind == "owner" and _USERS.fullmatch(label.rest)
    if found is None or says_whose or (node.children and not attributes_only(node)):
        return None
    return ", ".join([f"{found[0]}: {found[1]}", *attributes_of(node)])
