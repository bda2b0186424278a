"""What a doctor looks at: the project, its log, and what the user has brought."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from backwright.doctor.live import Live
from backwright.doctor.log_lines import Line, log_lines
from backwright.doctor.sources import Sources
from backwright.doctor.tracebacks import (
    Failure,
    Raised,
    Request,
    failures_in,
    frames_of,
    requests_in,
)
from backwright.project.environment import parse
from backwright.project.types import Project
from backwright.report.doctor_types import Group, Repair
from backwright.values import Place

_NEAR = 12
REFUSED = (400, 422)
_PARTS = ("body", "query", "path", "header", "cookie")
_AS_PYTHON = re.compile(
    r"\{'type': '(?P<kind>[\w.]+)', 'loc': \((?P<where>[^)]*?),?\), 'msg': (?P<quote>['\"])(?P<message>.*?)(?P=quote), "
    r"'input': (?P<given>.*?)(?:, 'ctx': |, 'url': |\}\]|\}, \{|\}$)"
)  # fmt: skip
_ENV_FILES = (".env", ".env.local", ".env.dev", ".env.development")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the environment, and the line of the file that gives it."""

    value: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One complaint of a 422: where in the request, what is wrong, what came."""

    where: tuple[str | int, ...]
    kind: str
    message: str
    given: Any = None
    request: Request | None = None


@dataclass(frozen=True)
class Ground:
    """Failures of one root, and the place in the project that they have in common."""

    failure: Failure
    place: Place | None
    number: int
    all: tuple[Failure, ...]

    @property
    def count(self) -> int:
        """Return how often it failed."""
        return len(self.all)


@dataclass(frozen=True)
class Answer:
    """What a running server answered: status, headers (lower case), body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Rejected:
    """An HTTPException that the running application was seen to answer with.

    Attributes:
        status: Its status.
        detail: What it says.
        request: What was asked, such as `GET /tasks`.
        carries: Whether the request had a token or a cookie.
        places: The project's lines that it went through, the innermost last.
        because: What the errors say that it was raised for.
    """

    status: int
    detail: str
    request: str
    carries: bool
    places: tuple[Place, ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Everything that a diagnosis may look at.

    Attributes:
        project: What `inspect` knows.
        sources: The project's files.
        log: What the server has said; empty where there is none.
        environment: The variables of the process that asks.
        token: The token that is not accepted.
        origin: Where the browser's page comes from.
        now: The time, in seconds of the epoch.
        preflight: The running server's answer to a preflight from the origin.
        simple: Its answer to a plain request from there.
        live: The database that was looked at.
        guarded: Its answer to the token, from an endpoint that wants one.
        rejections: What it was seen to refuse, and where.
        shut: What the token that it gives at login was told; empty where that opens something.
    """

    project: Project
    sources: Sources
    log: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    origin: str | None = None
    now: float = 0.0
    preflight: Answer | None = None
    simple: Answer | None = None
    live: Live | None = None
    guarded: Answer | None = None
    rejections: tuple[Rejected, ...] = ()
    shut: str = ""

    @cached_property
    def lines(self) -> Sequence[Line]:
        """Return the log's lines."""
        return log_lines(self.log)

    @cached_property
    def requests(self) -> Sequence[Request]:
        """Return the requests of the access log."""
        return requests_in(self.lines)

    @cached_property
    def grounds(self) -> Sequence[Ground]:
        """Return the failures of the log, those of one root together, the first seen first."""
        found: dict[str, list[Failure]] = {}
        for one in failures_in(self.lines):
            found.setdefault(self._root(one), []).append(one)
        return tuple(
            Ground(all_[0], self.place(all_[0]), number, tuple(all_))
            for number, all_ in enumerate(found.values())
        )

    def groups(self) -> tuple[Group, ...]:
        """Return the grounds as the report has them."""
        return tuple(_group(one) for one in self.grounds)

    def raised(self, pattern: str) -> Iterator[tuple[Ground, Raised, re.Match[str]]]:
        """Yield the grounds in whose chain an exception's text matches, with the innermost such."""
        for ground in self.grounds:
            for one in ground.failure.chain:
                if match := re.search(pattern, one.text, re.DOTALL):
                    yield ground, one, match
                    break

    def said(self, pattern: str) -> Iterator[tuple[Line, re.Match[str]]]:
        """Yield the lines of the log that match."""
        for line in self.lines:
            if match := re.search(pattern, line.text):
                yield line, match

    def place(self, failure: Failure) -> Place | None:
        """Return the innermost line of the project in a failure."""
        for _, frame in frames_of(failure):
            if file := self.sources.locate(frame.file):
                return Place(file, frame.line)
        return None

    def _root(self, failure: Failure) -> str:
        place = self.place(failure)
        return f"{failure.last.type}|{_plain(failure.last.message)}|{place}"

    @cached_property
    def variables(self) -> Mapping[str, Variable]:
        """Return the variables that the application gets, in capitals: the environment's first."""
        found: dict[str, Variable] = {}
        for file in self.env_files:
            text = self.sources.text(file)
            for name, value in parse(text).items():
                found.setdefault(name.upper(), Variable(value, _line_of(text, file, name)))
        for name, value in self.environment.items():
            found[name.upper()] = Variable(value)
        return found

    @cached_property
    def env_files(self) -> tuple[str, ...]:
        """Return the project's files of variables, the outermost first; no examples."""
        named = [one for one in self.sources.configuration if one.rpartition("/")[2] in _ENV_FILES]
        return tuple(sorted(named, key=lambda one: (one.count("/"), one)))

    @cached_property
    def refusals(self) -> Sequence[Refusal]:
        """Return what 422 answers in the log complain of."""
        return tuple(_refusals(self.lines))

    def replaced(self, place: Place, old: str, new: str) -> tuple[Repair, ...]:
        """Return the repair that puts `new` in the place of `old` in a line; none if it is not there."""
        text = self.sources.text(place.file)
        lines = text.splitlines(keepends=True)
        if not 0 < place.line <= len(lines) or old not in lines[place.line - 1]:
            return ()
        lines[place.line - 1] = lines[place.line - 1].replace(old, new, 1)
        return (Repair(place.file, text, "".join(lines)),)

    def reads(self, variable: str) -> Place | None:
        """Return where the project reads a variable of the environment."""
        for one in self.project.settings:
            if variable.upper() in (name.upper() for name in one.variables):
                return Place(one.file, one.line)
        return None


def _group(ground: Ground) -> Group:
    times = [one.at for one in ground.all if one.at]
    last = ground.failure.last
    first_line = last.message.split("\n", 1)[0]
    return Group(
        f"{last.name}: {first_line}"[:200] if first_line else last.name,
        ground.count,
        ground.place,
        next((str(one.request) for one in ground.all if one.request), None),
        times[0] if times else None,
        times[-1] if times else None,
    )


def _plain(message: str) -> str:
    """Return a message without the values that differ from time to time."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\([^)]*\)|0x[0-9a-f]+|\d+", "#", message.split("\n", 1)[0])[
        :160
    ]


def _line_of(text: str, file: str, name: str) -> Place:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*(?:export\s+)?{re.escape(name)}\s*=", line):
            return Place(file, number)
    return Place(file, 1)


def _refusals(lines: Sequence[Line]) -> Iterator[Refusal]:
    """Yield the complaints of FastAPI's 422 bodies, and of what handlers log of them."""
    request = None
    for number, line in enumerate(lines):
        seen = requests_in([line])
        request = seen[0] if seen else request
        behind = lines[number + 1 : number + 2]
        yield from (replace(one, request=request) for one in _of_bodies(line.text))
        logged = [*_written(line.text), *_of_old(line.text, behind)]
        refused = [
            one for one in requests_in(lines[number : number + _NEAR]) if one.status in REFUSED
        ]
        for one in logged:  # a handler logs before the server logs the request
            yield replace(one, request=next(iter(refused), request))


def _of_bodies(text: str) -> Iterator[Refusal]:
    """Yield the complaints of the bodies of answers in a line."""
    for document in _documents(text):
        for one in document:
            where = one.get("loc")
            if isinstance(where, list) and isinstance(one.get("msg"), str):
                yield Refusal(tuple(where), str(one.get("type", "")), one["msg"], one.get("input"))


def _written(text: str) -> Iterator[Refusal]:
    """Yield the complaints that are logged as Python writes them: `logger.error(exc.errors())`."""
    for match in _AS_PYTHON.finditer(text):
        where = _literal(f"({match['where']},)")
        if isinstance(where, tuple) and where and where[0] in _PARTS:
            yield Refusal(where, match["kind"], match["message"], _literal(match["given"]))


def _of_old(text: str, behind: Sequence[Line]) -> Iterator[Refusal]:
    """Yield the complaint of two lines that Pydantic 1 writes."""
    where = re.match(rf"\s*((?:{'|'.join(_PARTS)})(?: -> \S+)*)\s*$", text)
    said = re.match(r"\s+(?P<what>.+) \(type=(?P<kind>[\w.]+)", behind[0].text) if behind else None
    if where and said:
        parts = tuple(int(one) if one.isdigit() else one for one in where[1].split(" -> "))
        yield Refusal(parts, said["kind"], said["what"])


def _literal(text: str) -> Any:  # noqa: ANN401 - whatever a log holds
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _documents(text: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the lists of complaints that begin in a line."""
    for match in re.finditer(r'\[\s*\{\s*"(?:type|loc|msg|ctx|input|url)"', text):
        try:
            value, _ = json.JSONDecoder().raw_decode(text[match.start() :])
        except ValueError:
            continue
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            yield value
