"""Prefixes that are written twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import keyword, literal
from backwright.project.types import Endpoint
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place


@diagnosis
def prefix_twice(evidence: Evidence) -> Iterator[Cause]:
    """Tell which router has its prefix in itself and again where it is included (or in its paths)."""
    reported: set[str] = set()
    for one in evidence.project.endpoints:
        twice = re.search(r"((?:/[A-Za-z][\w-]*)+)\1(?=/|$)", one.path)
        if twice is None or f"{one.file}{twice[1]}" in reported:
            continue
        reported.add(f"{one.file}{twice[1]}")
        prefix = twice[1]
        places = [
            *_places(evidence, prefix, "include_router"),
            *_places(evidence, prefix, "APIRouter"),
        ]
        inner = [(place, "APIRouter") for place in _places(evidence, prefix, "APIRouter")
                 if place.file == one.file]  # fmt: skip
        outer = _places(evidence, prefix, "include_router")
        if not (inner and outer) and not (places and _in_paths(evidence, one.file, prefix)):
            continue
        place = outer[0] if inner and outer else _decorator(evidence, one)
        yield Cause(
            "endpoints", "prefix-twice",
            f"the prefix {prefix} is given twice, so that the path is {one.path}: "
            + " and ".join(str(p) for p in dict.fromkeys([*outer[:1], *(p for p, _ in inner[:1]), place])),
            place=place,
            remedy=f'give it once: take prefix="{prefix}" away at {place}',
            proof=f"curl -i http://127.0.0.1:8000{one.path.replace(prefix * 2, prefix, 1)}",
            seen="happened" if _asked(evidence, one.path, prefix) else "source",
            repairs=_once(evidence, place, prefix),
        )  # fmt: skip


def _places(evidence: Evidence, prefix: str, name: str) -> list[Place]:
    return [
        Place(file, call.lineno)
        for file, call in evidence.sources.calls(name)
        if str(literal(keyword(call, "prefix")) or "").rstrip("/").endswith(prefix)
    ]


def _in_paths(evidence: Evidence, file: str, prefix: str) -> bool:
    return bool(
        re.search(rf"""@\w+\.\w+\(\s*["']{re.escape(prefix)}""", evidence.sources.text(file))
    )


def _decorator(evidence: Evidence, endpoint: Endpoint) -> Place:
    """Return the line that gives an endpoint's path."""
    place = Place(endpoint.file, endpoint.line)
    function = evidence.sources.function_at(place)
    lines = [one.lineno for one in function.decorator_list] if function else []
    return Place(endpoint.file, min(lines)) if lines else place


def _asked(evidence: Evidence, path: str, prefix: str) -> bool:
    """Tell whether a request for the path with the prefix once was not found."""
    pattern = re.sub(r"\{[^}]+\}", "[^/]+", path.replace(prefix * 2, prefix, 1))
    return any(
        one.status in (404, 405) and re.fullmatch(pattern, one.path.partition("?")[0])
        for one in evidence.requests
    )


def _once(evidence: Evidence, place: Place, prefix: str) -> tuple[Repair, ...]:
    line = evidence.sources.line(place)
    found = re.search(rf""",?\s*prefix\s*=\s*["']{re.escape(prefix)}/?["']""", line)
    if found is None:
        quoted = re.search(rf"""(["']){re.escape(prefix)}(?=/|["'])""", line)
        return evidence.replaced(place, quoted[0], quoted[1]) if quoted else ()
    after = line[: found.start()] + line[found.end() :]
    return evidence.replaced(place, line, re.sub(r"\(\s*,\s*", "(", after))
