"""Front matter, read so that a file means one thing only: what a person sees in it.

YAML has many ways to say something other than what it looks like (anchors, tags, merge keys, `yes`
for true, a second document, keys given twice). A file that uses one is refused with its line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

import yaml

from backwright.errors import UsageError
from backwright.values import Place

_FENCE = "---"
_LARGEST = 65_536
_DEEPEST = 6
# What Python's YAML takes for the end of a line, and people do not see as one.
_LINE_ENDS = "\x85\u2028\u2029"
_UNSEEN = {"Cf", "Cc", "Cs", "Co"}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `plain` where it stands there without quotes."""

    line: int
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; `flow` where it is written in brackets."""

    line: int
    items: tuple[Node, ...]
    flow: bool


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values as they are written: a key may stand twice."""

    line: int
    items: tuple[tuple[Scalar, Node], ...]
    flow: bool


Node = Scalar | Sequence | Mapping
Kind = Literal["a text", "a list", "keys with values"]


@dataclass(frozen=True, slots=True)
class Document:
    """A file: its name for messages, its front matter, the text below it."""

    file: str
    root: Mapping
    body: str

    def fault(self, line: int, message: str, remedy: str) -> NoReturn:
        """Refuse the file.

        Raises:
            UsageError: always.
        """
        raise UsageError(message, place=Place(self.file, line), remedy=remedy)


def read_document(data: bytes, file: str) -> Document:
    """Read a file that begins with front matter.

    Raises:
        UsageError: it has none, or one that could be misread; the place says where.
    """
    text = utf8_text(data, file)
    lines = text.split("\n")
    if lines[0] != _FENCE:
        _fault(
            file,
            1,
            "the file does not begin with ---",
            "write the front matter between two lines of ---",
        )
    end = next((number for number, line in enumerate(lines[1:], 1) if line == _FENCE), None)
    if end is None:
        _fault(file, len(lines), "the front matter has no end", "end it with a line of ---")
    # The line of --- stands for itself, so that the lines are those of the file.
    events = _events("\n" + "\n".join(lines[1:end]) + "\n", file)
    root = _Reader(events, file).document()
    return Document(file, root, "\n".join(lines[end + 1 :]))


def _fault(file: str, line: int, message: str, remedy: str) -> NoReturn:
    raise UsageError(message, place=Place(file, line), remedy=remedy)


def utf8_text(data: bytes, file: str) -> str:
    """Return a file's text, with LF at the end of each line.

    Raises:
        UsageError: it is no UTF-8, too long, or holds what nobody sees.
    """
    if len(data) > _LARGEST:
        _fault(file, 1, f"the file has more than {_LARGEST} bytes", "make it shorter")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        _fault(file, 1, "the file begins with a byte order mark", "save it as UTF-8 without one")
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        _fault(file, line, "the file is no UTF-8", "save it as UTF-8")
    for number, line_text in enumerate(text.split("\n"), 1):
        for character in line_text:
            if _unseen(character):
                name = f"U+{ord(character):04X}"
                _fault(file, number, f"a character that nobody sees: {name}", "take it out")
    return text


def _unseen(character: str) -> bool:
    """Tell whether a character can hide something; a tab is judged where it stands."""
    if character == "\t" or (character.isascii() and character.isprintable()):
        return False
    return character in _LINE_ENDS or unicodedata.category(character) in _UNSEEN


def _events(text: str, file: str) -> Iterator[yaml.Event]:
    """Give the events of YAML.

    Raises:
        UsageError: it is none, or has a tab in it.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            _fault(file, number, "a tab in the front matter", "write spaces")
        if line.startswith(("%", "...", "---")):
            _fault(file, number, f"{line!r} begins something else than keys", "take it out")
    try:
        yield from yaml.parse(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line_number = mark.line + 1 if mark else 1
        _fault(file, line_number, f"this is no YAML: {error.problem}", "mend it, or quote the text")


class _Reader:
    """Events to nodes; what may be misread ends it."""

    def __init__(self, events: Iterator[yaml.Event], file: str) -> None:
        self._events = events
        self._file = file

    def document(self) -> Mapping:
        """Return the one mapping that the front matter must be."""
        next(self._events)  # the stream
        first = next(self._events)
        if not isinstance(first, yaml.DocumentStartEvent):
            _fault(self._file, 1, "the front matter is empty", "write name, description and tools")
        root = self._node(next(self._events), 0)
        next(self._events)  # the end of the document
        if not isinstance(last := next(self._events), yaml.StreamEndEvent):
            _fault(self._file, _line(last), "a second document", "write one only")
        if not isinstance(root, Mapping):
            _fault(self._file, root.line, "the front matter has no keys", "write KEY: VALUE")
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            _fault(self._file, line, f"an alias, *{event.anchor}", "write out what it stands for")
        if event.anchor is not None:
            _fault(self._file, line, f"an anchor, &{event.anchor}", "take it out")
        if event.tag is not None:
            _fault(self._file, line, f"a tag, {event.tag}", "take it out")
        if depth > _DEEPEST:
            _fault(
                self._file, line, "this is nested too deep", "write it as the documentation has it"
            )
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(line, event.value, event.style is None)
        flow = bool(event.flow_style)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(line, tuple(self._items(yaml.SequenceEndEvent, depth)), flow)
        return Mapping(line, tuple(self._pairs(depth)), flow)

    def _items(self, end: type[yaml.Event], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), end):
            yield self._node(event, depth + 1)

    def _pairs(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        children = self._items(yaml.MappingEndEvent, depth)
        for key in children:
            if not isinstance(key, Scalar) or not key.plain:
                _fault(
                    self._file,
                    key.line,
                    "a key that is no plain word",
                    "write the key without quotes",
                )
            yield key, next(children)


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1
