"""What a running server has shown of places that reading could not decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from backwright.audit.rule import Found, Judged, Looked, Unsure
from backwright.project.types import Project
from backwright.report.probe_types import ProbeCell
from backwright.values import Place

ITEM = 5


@dataclass(frozen=True, slots=True)
class Sight:
    """What the probe saw at one handler: rows of another leaked, or were kept; and how."""

    verdict: Literal["leak", "isolated"]
    why: str


@dataclass(frozen=True, slots=True)
class Live:
    """The handlers that the probe has decided."""

    sights: Mapping[Place, Sight] = field(default_factory=dict)

    def decided(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        """Yield what a rule of isolation said, its doubts put away where the probe has seen more."""
        told: set[Place] = set()
        for one in judged:
            open_one = isinstance(one, Unsure) and one.live
            sight = self.sights.get(one.place) if open_one else None
            if sight is None:
                yield one
            elif sight.verdict == "isolated":
                yield Looked(one.place)
            elif one.place not in told:
                told.add(one.place)
                yield Found(
                    one.place,
                    f"seen on the running server: {sight.why}",
                    "keep the rows to their owner in the query, and try again with backwright probe",
                    level="error",
                    seen="live",
                )


def live_of(project: Project, matrix: Iterable[ProbeCell]) -> Live:
    """Return what the matrix of a probe decides: a leak anywhere, or isolation everywhere tried."""
    cells: dict[tuple[str, str], list[ProbeCell]] = defaultdict(list)
    for one in matrix:
        if one.actor in {"other", "anonymous"}:
            cells[one.method, one.path].append(one)
    by_place: dict[Place, list[ProbeCell]] = defaultdict(list)
    for endpoint in project.endpoints:
        by_place[Place(endpoint.file, endpoint.line)] += cells[endpoint.method, endpoint.path]
    sights = {}
    for place, seen in by_place.items():
        leak = next((one for one in seen if one.cell == "leak"), None)
        others = [one for one in seen if one.actor == "other"]
        if leak is not None:
            sights[place] = Sight("leak", f"{leak.method} {leak.path}: {leak.why}")
        elif others and all(one.cell == "isolated" for one in others):
            sights[place] = Sight("isolated", others[0].why)
    return Live(sights)
