"""Routes that are never reached, since one before them takes their requests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode
from backwright.project.types import Endpoint
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_WHOLE = {"int": r"\d+", "float": r"[\d.]+", "uuid": r"[0-9a-fA-F-]{36}", "path": ".+"}


@diagnosis
def route_order(evidence: Evidence) -> Iterator[Cause]:
    """Tell which route another one takes the requests of."""
    named = Counter(one.object for one in evidence.project.apps)
    told = [one for one in evidence.project.endpoints if named[one.app] < 2]  # whose is not known
    for taken, taker in _shadowed(told):
        seen = [
            one for one in evidence.refusals
            if one.where[:1] == ("path",) and one.given == taken.path.rstrip("/").rpartition("/")[2]
        ]  # fmt: skip
        yield Cause(
            "endpoints", "route-order",
            f"{taken.method} {taken.path} is never reached: {taker.path} ({taker.file}:{taker.line}) is "
            "declared before it and matches it",
            evidence=tuple(f"{'.'.join(map(str, one.where))}: {one.message}" for one in seen[:1]),
            place=Place(taken.file, taken.line),
            remedy=f"declare {taken.path} before {taker.path}",
            proof=f"curl -i http://127.0.0.1:8000{taken.path}",
            seen="happened" if seen else "source", count=max(1, len(seen)),
            repairs=_moved(evidence, taken, taker),
        )  # fmt: skip


@diagnosis
def declared_twice(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a route that is declared again: only the first one is ever called."""
    first: dict[tuple[str, str, str, str], Endpoint] = {}
    for one in evidence.project.endpoints:
        known = first.setdefault((one.app, "", one.method, one.path), one)
        if (known.file, known.line) == (one.file, one.line) or known.handler == one.handler:
            continue
        own, other = (_handler(evidence, each) for each in (one, known))
        if own is None or other is None or own.col_offset or other.col_offset:
            continue  # within a condition, say
        yield Cause(
            "endpoints", "route-twice",
            f"{one.method} {one.path} is declared twice: {other.name} ({_where(known, one, other)}) answers, and "
            f"{own.name} is never called", place=Place(one.file, own.lineno), seen="source",
            remedy=f"give {own.name} a path of its own, or take one of them out",
            proof=f"curl -i -X {one.method} http://127.0.0.1:8000{one.path}",
        )  # fmt: skip


def _where(known: Endpoint, one: Endpoint, function: FunctionNode) -> str:
    line = f"line {function.lineno}"
    return line if known.file == one.file else f"{known.file}:{function.lineno}"


def _shadowed(endpoints: Sequence[Endpoint]) -> Iterator[tuple[Endpoint, Endpoint]]:
    """Yield endpoints with one before them, of the same method, that matches their path as it is."""
    before: dict[tuple[str, str], list[Endpoint]] = {}
    for one in endpoints:
        kept = before.setdefault((one.app, one.method), [])
        for other in kept:
            if other.path != one.path and _pattern(other.path).fullmatch(one.path):
                yield one, other
                break
        kept.append(one)


def _pattern(path: str) -> re.Pattern[str]:
    """Return what a path matches, a parameter of the other path being no match of one of ours."""
    parts = []
    for part in re.split(r"(\{[^}]+\})", path):
        if not part.startswith("{"):
            parts.append(re.escape(part))
            continue
        kind = part.strip("{}").partition(":")[2]
        parts.append(_WHOLE.get(kind, r"[^/{}]+"))
    return re.compile("".join(parts))


def _moved(evidence: Evidence, taken: Endpoint, taker: Endpoint) -> tuple[Repair, ...]:
    """Return the repair that moves a handler in front of another one of its module."""
    if taken.file != taker.file:
        return ()
    text = evidence.sources.text(taken.file)
    lines = text.splitlines(keepends=True)
    own, other = (_handler(evidence, one) for one in (taken, taker))
    if own is None or other is None:
        return ()
    start, end = _first_line(own) - 1, own.end_lineno or own.lineno
    target = _first_line(other) - 1
    if not target < start:
        return ()
    block = lines[start:end]
    gap = [one for one in lines[max(0, target - 2) : target] if not one.strip()]
    while end < len(lines) and not lines[end].strip():
        end += 1  # the blank lines behind it go with it
    kept = [*lines[:target], *block, *(gap or ["\n", "\n"]), *lines[target:start], *lines[end:]]
    return (Repair(taken.file, text, "".join(kept).rstrip() + "\n"),)


def _handler(evidence: Evidence, endpoint: Endpoint) -> FunctionNode | None:
    for node in evidence.sources.nodes(endpoint.file):
        if isinstance(node, FunctionNode) and _first_line(node) <= endpoint.line <= node.lineno:
            return node
    return None


def _first_line(function: FunctionNode) -> int:
    return min([function.lineno, *(one.lineno for one in function.decorator_list)])
