"""Tags, as prompts of coding agents hold them, written as headings and points: `<context> … </context>`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import dedent

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.phrases import FENCE

_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][\w -]*?)(?P<has>(?:\s+[\w-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(?P<empty>/?)>"
)
_HAS = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ALONE = re.compile(r"(?m)^[ \t]*<(?P<end>/?)(?P<name>[a-z][a-z _-]{2,30})>[ \t]*$")
_HTML = re.compile(
    r"(?i)(?:html|head|body|div|span|p|a|b|i|em|strong|br|hr|ul|ol|li|img|script|style|form|input|button|label|tr|td|th|thead|tbody|pre|code|h[1-6]|svg|module|token)"
)
_FIELD = re.compile(r"(?i)(?:\w+[_-])?(?:field|column|attribute|property)")
_FIELDS = re.compile(r"(?i)(?:\w+[_-])?(?:fields|columns|attributes|properties|schema)")
_RESOURCE = re.compile(r"(?i)(?:\w+[_-])?(?:resource|model|entity|table)")
_RESOURCES = re.compile(r"(?i)(?:\w+[_-])?(?:resources|models|entities|tables)")
_PROJECT = re.compile(r"(?i)(?:\w+[_-])?(?:project|service|api|backend|app)")
# Who has written the tag to whom, and which of several it is.
_OF_THE_TAG = re.compile(
    r"(?i)(?:id|to|from|by|agent|priority|role|n|nr|no|num|number|index|order|step|assignee|lang|language|version|status|source|date|type|parent|phase)"
)
_OF_MODEL = ("model", "resource", "entity", "table", "of", "on", "for")
_TYPES = ("type", "money", "decimal", "enum", "length", "range", "ref")
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")
# What a field has, said as it is in a sentence.
_SAID = {
    "max": "max {}", "maxlength": "max {}", "max_length": "max {}", "min": "min {}", "length": "max {}",
    "range": "{}", "values": "one of {}", "enum": "one of {}", "choices": "one of {}", "options": "one of {}",
    "default": "default {}", "ref": "reference to {}", "references": "reference to {}", "target": "reference to {}",
    "on_delete": "on delete {}", "ondelete": "on delete {}",
}  # fmt: skip


@dataclass
class _Element:
    """What stands between a tag and its end: texts and further tags, in their order."""

    name: str
    has: dict[str, str]
    inner: list[str | _Element] = field(default_factory=list)

    @property
    def elements(self) -> list[_Element]:
        return [one for one in self.inner if isinstance(one, _Element)]

    @property
    def text(self) -> str:
        return "".join(one for one in self.inner if isinstance(one, str)).strip()


def untagged(text: str) -> str:
    """Return a text in which tags, as coding agents write them, are headings, and those of fields are points."""
    if not re.search(r"</|/>", text):
        return text
    root = _parsed(text)
    if root and root.elements:
        return re.sub(r"\n{3,}", "\n\n", "\n".join(_written(root, 1))).strip("\n") + "\n"
    return _ALONE.sub(_heading, text) if "</" in text else text


def _heading(match: re.Match[str]) -> str:
    return "" if match["end"] else f"## {_called(match['name'])}"


def _called(name: str) -> str:
    return re.sub(r"[_-]", " ", name).capitalize()


def _parsed(text: str) -> _Element | None:
    """Return a text as a tree of the tags that begin a line or stand behind another; None where an end is lacking."""
    root = _Element("", {})
    above = [root]
    within: list[str] = []  # tags in the midst of a sentence, which are a part of it
    at = 0
    for tag in _tags(text):
        if tag["end"] and within and within[-1] == tag["name"]:
            within.pop()
            continue
        if not tag["end"] and (within or not _begins(tag, text)):
            ends = f"</{tag['name']}>" in text[tag.end() :]
            within += [tag["name"]] if ends and not tag["empty"] else []
            continue
        above[-1].inner.append(text[at : tag.start()])
        at = tag.end()
        if tag["end"]:
            if len(above) == 1 or above[-1].name != tag["name"]:
                return None
            above.pop()
            continue
        one = _Element(tag["name"], {k.lower(): a or b for k, a, b in _HAS.findall(tag["has"])})
        above[-1].inner.append(one)
        above += [] if tag["empty"] else [one]
    above[-1].inner.append(text[at:])
    return root if len(above) == 1 and not within else None


def _tags(text: str) -> Iterator[re.Match[str]]:
    """Yield the tags of a text that stand in no fence, and are none of a page's."""
    fences = [one.span() for one in FENCE.finditer(text)]
    for tag in _TAG.finditer(text):
        fenced = any(begin <= tag.start() < end for begin, end in fences)
        if not fenced and not _HTML.fullmatch(tag["name"]):
            yield tag


def _begins(tag: re.Match[str], text: str) -> bool:
    """Tell whether a tag stands at the beginning of a line, or behind nothing but tags."""
    before = text[text.rfind("\n", 0, tag.start()) + 1 : tag.start()]
    return before.rstrip().endswith(">") or not before.strip(" \t-*")


def _written(element: _Element, level: int, *, of_fields: bool = False) -> Iterator[str]:
    """Yield the lines of what stands in a tag, without its head."""
    for one in element.inner:
        if isinstance(one, str):
            if one.strip():
                yield (dedent(one) if one.lstrip(" \t").startswith("\n") else one).strip("\n ")
        elif of_fields and _name_of(one) is not None and one is _name_of(one):
            continue
        else:
            yield from _element(one, element, level)


def _name_of(element: _Element) -> _Element | None:
    """Return the tag that only says what a resource or a field is called: `<name>Pet</name>`."""
    return element if element.name.lower() == "name" and not element.elements else None


def _element(one: _Element, within: _Element, level: int) -> Iterator[str]:
    """Yield the lines of a tag: those of a field, of a resource, or of a part of the text."""
    named = one.has.get("name") or next((e.text for e in one.elements if _name_of(e)), "")
    is_resource = bool(_RESOURCE.fullmatch(one.name) and named)
    model = next((one.has[key] for key in _OF_MODEL if key in one.has), "")
    if named and _FIELD.fullmatch(one.name):
        if model:
            yield f"\n{'#' * (level + 1)} Fields of {model}"
        yield _field(named, one)
    elif model and _FIELDS.fullmatch(one.name):
        yield f"\n{'#' * (level + 1)} Fields of {model}"
        yield from _written(one, level + 1)
    elif _is_field(one, within):
        yield _field(one.name, one)
    elif is_resource or (_RESOURCES.fullmatch(within.name) and one.elements):
        yield f"\n{'#' * (level + 1)} Resource {named or one.name}"
        yield from _told(one)
        yield from _written(one, level + 1, of_fields=True)
    elif _FIELDS.fullmatch(one.name) and (
        _RESOURCE.fullmatch(within.name) or _RESOURCES.fullmatch(within.name)
    ):
        yield from _written(one, level)
    else:
        if named and _PROJECT.fullmatch(one.name):
            yield f"\nProject: {named}\n"
        elif one.text or not one.elements or (_is_known(one.name) and not _holds_all(within)):
            yield f"\n{'#' * (level + 1)} {_called(one.name)}"
        yield from _told(one)
        yield from _written(one, level + 1)


def _is_known(name: str) -> bool:
    """Tell whether a part is called as the parts of a ticket are; what only holds others together needs no heading."""
    forms = lexicon("layout")
    said = _called(name)
    labels = [form for kind, form in forms["labels"].items() if kind not in ("title", "nouns")]
    return any(pattern(form).fullmatch(said) for form in (*labels, *forms["sections"].values()))


def _holds_all(root: _Element) -> bool:
    """Tell whether one tag holds the whole text: `<task> … </task>` is no model called so."""
    return not root.name and not root.text and len(root.elements) == 1


def _told(element: _Element) -> Iterator[str]:
    """Yield what a tag says besides its name, where that is no mark of the tag: `<resource owner="user">`."""
    for key, value in element.has.items():
        if key != "name" and not _OF_THE_TAG.fullmatch(key):
            yield f"{_called(key)}: {value}"


def _is_field(one: _Element, within: _Element) -> bool:
    """Tell whether a tag is called as its field is: `<due>date, optional</due>` among the fields of a resource."""
    listed = _FIELDS.fullmatch(within.name) or _RESOURCE.fullmatch(within.name)
    return bool(listed) and not one.elements and describes(f"x: {one.text}", _TYPES)


def _field(name: str, one: _Element) -> str:
    """Return a field as the point of a list."""
    told = [*_attributes(one.has), " ".join(one.text.split())]
    told += [f"{e.name} {e.text}" for e in one.elements if not _name_of(e)]
    return f"- {name}: " + ", ".join(part for part in told if part)


def _attributes(has: dict[str, str]) -> Iterator[str]:
    """Yield what a field is like: `type="string" max="80" required="false"`."""
    low, high = has.get("min"), has.get("max")
    for key, value in has.items():
        if key in ("name", *_OF_MODEL) or (key == "min" and low and high):
            continue
        if key == "type":
            yield value
        elif key == "max" and low and high:
            yield f"{low}..{high}"
        elif key == "required" and value.lower() in _NO:
            yield "optional"
        elif key in _SAID and value.lower() not in _YES:
            yield _SAID[key].format(value)
        elif value.lower() in _YES:
            yield key
        elif value.lower() not in _NO:
            yield f"{key} {value}"
