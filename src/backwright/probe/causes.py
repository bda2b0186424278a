"""What lies behind a server error: the exception in the server's log, and where it was raised."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Protocol

from backwright.probe.client import NO_ANSWER, Ear, Exchange

_LONGEST_TRACE = 60_000
_LOG_SECONDS, _LEAST_LOG_SECONDS, _LOG_PAUSE = 2.0, 0.1, 0.015
_STILL = 3  # looks at the log in a row that found nothing new
_EXCEPTION = re.compile(r"^(?:[\w.]+\.)?(\w*(?:Error|Exception|Violation|Fault|Failure|Invalid\w*|"
                        r"OutOfRange|Interrupt|Exit|Warning)\w*)(?:: (.*))?$", re.MULTILINE)  # fmt: skip
_ABSENT = re.compile(
    r"Connect(ion)?(Refused|Timeout)?Error|gaierror|SMTP|NoCredentials|EndpointConnection|"
    r"ServerSelection|NoBrokers|Name or service not known|Connection refused|Connect call failed|"
    r"DatabaseRefused"
)
_NAMED = re.compile(r'"[^"]*"|(?<=constraint failed: )\S+')  # as PostgreSQL and SQLite write names
_FRAME = re.compile(r'File "([^"]+)", line (\d+), in (\S+)')


@dataclass(frozen=True, slots=True)
class Cause:
    """What lies behind a server error.

    Attributes:
        key: The same for two errors of one root.
        text: The exception in the server's words.
        file: The last file of the project in the trace; empty where no log is seen.
        line: The line there.
        absent: Whether a service that the application asks was not there: no fault of its own.
    """

    key: str
    text: str
    file: str = ""
    line: int = 0
    absent: bool = False


class Log(Protocol):
    """What a server has said, byte by byte."""

    @property
    def size(self) -> int:
        """Return how many bytes there are so far."""
        ...

    def between(self, start: int, end: int | None = None) -> str:
        """Return the text from one byte to another, or to the end."""
        ...

    def text(self) -> str:
        """Return all of it."""
        ...


@dataclass
class Watcher(Ear):
    """Listens to the server's log, and keeps what it says of each error.

    Attributes:
        log: What the server has logged so far; None where that cannot be read.
        folder: The folder that the project's own files lie in.
        said: What was logged with an error, by the number of the request.
        told: The roots that were reported already.
    """

    log: Log | None = None
    folder: str = ""
    said: dict[int, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    _start: int = 0
    _starts: dict[int, int] = field(default_factory=dict)
    _edges: list[tuple[int, int]] = field(default_factory=list)
    _patience: float = _LOG_SECONDS

    def before(self) -> None:
        """Remember where the log ends."""
        if self.log is not None:
            self._start = self.log.size

    def before_many(self) -> None:
        """Remember that what comes from here on may be of any of several."""
        if self.log is not None:
            self._edges.append((max(self._starts, default=0), self.log.size))

    def settle(self) -> None:
        """Wait until the log stands still: what comes next is of what is sent next."""
        until, last, still = time.monotonic() + _LOG_SECONDS, -1, 0
        while self.log is not None and still < _STILL and time.monotonic() < until:
            still, last = (still + 1 if self.log.size == last else 0), self.log.size
            time.sleep(_LOG_PAUSE)

    def after(self, exchange: Exchange) -> None:
        """Keep what was logged, if the server failed."""
        if self.log is not None and exchange.status >= 500:
            self._starts[exchange.number] = self._start
            self.said[exchange.number] = self._new(self.log)

    def _new(self, log: Log) -> str:
        """Return what was logged since, once an exception is there and the log stands still.

        A server that keeps its errors to itself is waited for ever more shortly.
        """
        until, last = time.monotonic() + self._patience, ""
        while time.monotonic() < until:
            new = log.between(self._start)[-_LONGEST_TRACE:]
            if new and new == last and _tells(new):
                self._patience = _LOG_SECONDS
                return new
            last = new
            time.sleep(_LOG_PAUSE)
        self._patience = max(self._patience / 2, _LEAST_LOG_SECONDS)
        return last

    def _late(self, number: int) -> str:
        """Return what came after all, before the next error or many requests at once began."""
        if self.log is None or number not in self._starts:
            return ""
        start = self._starts[number]
        later = [other for one, other in self._starts.items() if one > number]
        later += [size for one, size in self._edges if one >= number]
        return self.log.between(start, min(later, default=None))[:_LONGEST_TRACE]

    def cause(self, exchange: Exchange, what: str) -> Cause:
        """Return the root of a server error.

        Args:
            exchange: The request and its answer.
            what: What was sent, which tells roots apart where the log says nothing.
        """
        if exchange.status == NO_ANSWER:
            key = f"no answer|{exchange.call.operation.key}"
            return Cause(key, "no answer; whatever was sent after it may be without one for it")
        said = self.said.get(exchange.number, "")
        said = _unescaped(said if _tells(said) else self._late(exchange.number))
        exceptions = [one for one in _EXCEPTION.findall(said) if one[0] != "ExceptionGroup"]
        if not exceptions:
            status = f"answered by {exchange.status}"
            return Cause(what, f"{status}, and the log says nothing of it")
        name, message = exceptions[-1]
        words = re.sub(r"\(Background on.*", "", message).strip()
        frames = [
            one for one in _FRAME.findall(said) if self.folder and one[0].startswith(self.folder)
        ]
        file, line = "", 0
        if frames:
            file, line = frames[-1][0][len(self.folder) :].lstrip("/"), int(frames[-1][1])
        absent = any(_ABSENT.search(f"{one[0]}: {one[1]}") for one in exceptions)
        return Cause(_root(name, words, file, line), f"{name}: {words}"[:240], file, line, absent)


def _unescaped(said: str) -> str:
    """Return a log's words with the lines that JSON writes into one."""
    return said.replace('\\"', '"').replace("\\n", "\n")


def _tells(said: str) -> bool:
    return bool(_EXCEPTION.search(_unescaped(said)))


def _root(name: str, words: str, file: str, line: int) -> str:
    """Return what is the same for two exceptions of one root.

    One that names a column or constraint has its root where that was written: one statement that
    takes null for every column is one fault, and two such statements are two.
    """
    plain = _plain(words)
    unnamed = _NAMED.sub("#", plain)
    if file and unnamed != plain:
        return f"{name}|{unnamed}|{file}:{line}"
    return f"{name}|{plain}"


def _plain(words: str) -> str:
    """Return an exception's words without the values that differ from request to request."""
    plain = re.sub(r"'[^']*'|0x[0-9a-f]+|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+|qz\w+", "#", words)
    return plain[:120]
