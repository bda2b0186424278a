"""Exceptions in a log, with their frames, chains and requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.doctor.log_lines import Line

_BEGINS = re.compile(r"Traceback \(most recent call last\):\s*$")
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>.+))?$')
_RAISED = re.compile(
    r"^(?P<type>(?:[A-Za-z_]\w*\.)*[A-Z]\w*|(?:[a-z_]\w*\.)+(?:\w*error|timeout))(?: \(\d+ sub-exceptions?\))?(?::\s?(?P<message>.*))?$"
)
_BARE = re.compile(
    r"^(?:(?:ERROR|CRITICAL|FATAL)\b[:\s]*)?"
    r"(?P<type>(?:[A-Za-z_]\w*\.)+\w*(?:Error|Exception|Violation|Failure))"
    r":\s?(?P<message>.+)$"
)
_CHAINED = re.compile(
    r"^(The above exception was the direct cause|During handling of the above exception)"
)
_OTHER = re.compile(
    r"^(?:(?:INFO|ERROR|WARNING|WARN|DEBUG|CRITICAL|TRACE)\b|\[?\d{4}-\d\d-\d\d[T ]\d\d|\[?\d\d:\d\d:\d\d)"
)
_REQUEST = re.compile(
    r'"(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?P<path>\S+) HTTP/[\d.]+" (?P<status>\d{3})'
)
_SOCKET = re.compile(r'"WebSocket (?P<path>\S+)" (?:(?P<status>\d{3})|\[(?P<accepted>accepted)\])')
_LONGEST_MESSAGE = 60
_NEAR = 12
_WRAPPERS = ("ExceptionGroup", "BaseExceptionGroup")


@dataclass(frozen=True, slots=True)
class Frame:
    """A call in a traceback."""

    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception: its type as written, its message (several lines), the calls outermost first."""

    type: str
    message: str
    frames: tuple[Frame, ...] = ()

    @property
    def text(self) -> str:
        """Return it as Python's last line has it."""
        return f"{self.type}: {self.message}" if self.message else self.type

    @property
    def name(self) -> str:
        """Return the type without its module."""
        return self.type.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Request:
    """A line of an access log."""

    method: str
    path: str
    status: int
    at: str | None = None

    def __str__(self) -> str:
        """Return `POST /items`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception with those that led to it, the first one first, and the request it ended."""

    chain: tuple[Raised, ...]
    request: Request | None = None
    at: str | None = None

    @property
    def last(self) -> Raised:
        """Return the exception that came out."""
        return self.chain[-1]

    @property
    def text(self) -> str:
        """Return all exceptions of the chain as text."""
        return "\n".join(one.text for one in self.chain)


def failures_in(lines: Sequence[Line]) -> list[Failure]:
    """Return the exceptions of a log in order; chained ones are one failure."""
    found: list[tuple[int, int, Failure]] = []
    index = 0
    while index < len(lines):
        if _BEGINS.search(lines[index].text):
            start = index
            chain, index = _chain(lines, index)
            if chain:
                found.append((start, index, Failure(chain, at=lines[start].at)))
            continue
        if bare := _BARE.match(lines[index].text.strip()):
            message, after = _message(lines, index + 1, bare["message"])
            raised = Raised(bare["type"], message)
            found.append((index, after, Failure((raised,), at=lines[index].at)))
            index = after
            continue
        index += 1
    return [_with_request(lines, *one) for one in found]


def requests_in(lines: Sequence[Line]) -> list[Request]:
    """Return the requests of an access log."""
    return [one for one in map(_request, lines) if one is not None]


def _request(line: Line) -> Request | None:
    if found := _REQUEST.search(line.text):
        return Request(found["method"], found["path"], int(found["status"]), line.at)
    if found := _SOCKET.search(line.text):
        return Request("WEBSOCKET", found["path"], int(found["status"] or 101), line.at)
    return None


def _chain(lines: Sequence[Line], index: int) -> tuple[tuple[Raised, ...], int]:
    """Read tracebacks that belong together; return them and the line behind."""
    chain: list[Raised] = []
    while True:
        raised, index = _one(lines, index + 1)
        if raised is not None and raised.name not in _WRAPPERS:
            chain.append(raised)
        following = _past_blank(lines, index)
        if following < len(lines) and _CHAINED.match(lines[following].text.strip()):
            following = _past_blank(lines, following + 1)
        elif raised is None or raised.name not in _WRAPPERS:
            return tuple(chain), index
        if following >= len(lines) or not _BEGINS.search(lines[following].text):
            return tuple(chain), index
        index = following


def _past_blank(lines: Sequence[Line], index: int) -> int:
    while index < len(lines) and not lines[index].text.strip("- +|"):
        index += 1
    return index


def _one(lines: Sequence[Line], index: int) -> tuple[Raised | None, int]:
    """Read the frames and the last line of one traceback."""
    frames: list[Frame] = []
    while index < len(lines):
        text = lines[index].text
        if frame := _FRAME.match(text):
            frames.append(Frame(frame["file"], int(frame["line"]), frame["name"] or ""))
        elif text[:1].isspace() or not text:
            pass  # the source of a frame, or marks under it
        elif raised := _RAISED.match(text):
            message, after = _message(lines, index + 1, raised["message"] or "")
            return Raised(raised["type"], message, tuple(frames)), after
        else:
            return None, index
        index += 1
    return None, index


def _message(lines: Sequence[Line], index: int, first: str) -> tuple[str, int]:
    """Read the rest of a message: the lines until something else is told."""
    told = [first]
    blank = 0
    while index < len(lines) and len(told) < _LONGEST_MESSAGE:
        text = lines[index].text
        ends = _BEGINS.search(text) or _CHAINED.match(text.strip()) or _OTHER.match(text)
        if ends or (blank and not re.match(r"^(\s|\[SQL|DETAIL|HINT|\(Background|<class)", text)):
            break
        blank = 0 if text.strip() else blank + 1
        if blank > 1:
            break
        told.append(text)
        index += 1
    while len(told) > 1 and not told[-1].strip():
        told.pop()
    return "\n".join(told), index


def _with_request(lines: Sequence[Line], start: int, end: int, failure: Failure) -> Failure:
    """Add the request that failed: uvicorn logs it just before the traceback, others just after."""
    near = [*reversed(lines[max(0, start - _NEAR) : start]), *lines[end : end + _NEAR]]
    for line in near:
        request = _request(line)
        if request is not None and request.status >= 500:
            return Failure(failure.chain, request, failure.at or line.at)
    return failure


def frames_of(failure: Failure) -> Iterator[tuple[Raised, Frame]]:
    """Yield the calls of a failure from the inside out, of what came out last first."""
    for raised in reversed(failure.chain):
        for frame in reversed(raised.frames):
            yield raised, frame
