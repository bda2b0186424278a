"""A text in whatever layout, as statements: lists, tables, headings, code spans and sentences alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.agent.planner.layout.tree import BULLET, HEADING, TICKET
from backwright.agent.planner.lexicon import lexicon, pattern

_DOTS = re.compile(r"\s*\.{2,}(?=\s*[A-Za-z])")
_SENTENCE = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\bno)(?<!\bmax)(?<!\bmin)(?<!\bapprox)(?<!\betc)(?:[.!?]+(?=[\s\"')]|$)|;)"
)
_NUMBERED = re.compile(r"(?:(?<=\s)|^)\(?\d+\)\s+(?=[A-Za-z])")
_MARKS = str.maketrans({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xA0: " ", 0x2026: "."})
_PAIR = re.compile(
    r"^(\s*)[\"']([\w ]+)[\"']\s*:\s*(?:[\"'](.*?)[\"']|([^\"'{\[][^{\[]*?))?\s*[\[{]?\s*,?\s*$"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, a line of a list, or a heading.

    Attributes:
        text: Its words.
        indent: How far its line is indented.
        bullet: Whether it is a point of a list.
        label: Whether it announces what stands below it: a heading, a line that ends with a colon.
        asks: Whether it ends with a question mark.
        opens: Whether its line begins with it.
        follows: Whether a semicolon stands before it.
    """

    text: str
    indent: int = 0
    bullet: bool = False
    label: bool = False
    asks: bool = False
    opens: bool = True
    follows: bool = False


def statements(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text, in order."""
    return tuple(one for line in _lines(plain(text)) for one in _sentences(line))


def plain(text: str) -> str:
    """Return a text with its marks, short forms and declared models in one form."""
    text = text.translate(_MARKS)
    text = (
        re.sub(r"```\w*\n?|\*\*(?=\S)|(?<=\S)\*\*", "", text) if "Traceback" not in text else text
    )
    text = re.sub(r"(?<=\w)\s*\{\s*([^{}\n]*[:,][^{}\n]*?)\s*\}", r" (\1)", text)
    text = _unwrapped(text)
    for short in lexicon("whole")["short"]:
        text = pattern(short["pattern"]).sub(short["means"], text)
    return text


def _unwrapped(text: str) -> str:
    """Return a text in which a resource that stands in parentheses stands outside: `(Parcel with …)`."""
    for match in reversed(
        list(re.finditer(r"\((?=[A-Z][a-z]\w*\s+(?:with|has|having)\b|[A-Z][a-z]\w*\s*[:(])", text))
    ):
        depth, end = 0, match.start()
        for end in range(match.start(), len(text)):
            depth += (text[end] == "(") - (text[end] == ")")
            if depth == 0:
                break
        text = f"{text[: match.start()].rstrip()}. {text[match.end() : end]}. {text[end + 1 :].lstrip(' .')}"
    return text


def _lines(text: str) -> Iterator[Statement]:
    for raw in text.splitlines():
        line = _from_pair(raw)
        line = re.sub(r"^(\s*)[+>]\s", r"\1", line)
        if not re.search(r"\w", line):
            continue
        heading = HEADING.match(line)
        if heading:
            said = (heading["hash"] or heading["bold"]).strip(" :*")
            yield Statement(said, 0, label=True)
            continue
        line = TICKET.sub("", line)
        if not re.search(r"\w", line):
            continue
        bullet = BULLET.match(line)
        indent = len(line) - len(line.lstrip())
        said = _DOTS.sub(": ", line[bullet.end() :] if bullet else line.strip())
        yield Statement(said.strip(), indent, bool(bullet), said.rstrip().endswith(":"))


def _from_pair(line: str) -> str:
    """Return a line of JSON as words: `"name": "string(1..80)",`."""
    found = _PAIR.match(line)
    if not found:
        return line if re.search(r"\w", line) else ""
    value = found[3] or found[4] or ""
    return f"{found[1]}{found[2]}: {value.strip()}"


def _sentences(line: Statement) -> Iterator[Statement]:
    """Yield the sentences of a line; what stands in parentheses, code or an address is not cut."""
    at, mark_before = 0, ""
    text = line.text
    cuts = [(m.start(), m.end(), m[0]) for m in _SENTENCE.finditer(text)]
    cuts += [(m.start(), m.end(), "") for m in _NUMBERED.finditer(text) if m.start()]
    for start, end, mark in sorted(cuts):
        said = text[at:start]
        if start < at or said.count("(") > said.count(")") or said.count("`") % 2:
            continue
        yield from _one(said, line, asks="?" in mark, opens=at == 0, follows=mark_before == ";")
        at, mark_before = end, mark
    yield from _one(text[at:], line, asks=False, opens=at == 0, follows=mark_before == ";")


def _one(
    said: str, line: Statement, *, asks: bool, opens: bool, follows: bool
) -> Iterator[Statement]:
    if re.search(r"\w", said):
        label = line.label and said.strip() == line.text.strip()
        yield Statement(
            _NUMBERED.sub("", said, count=1).strip(" \t,")
            if _NUMBERED.match(said.lstrip())
            else said.strip(" \t,"),
            line.indent,
            line.bullet and opens,
            label,
            asks,
            opens,
            follows,
        )
