"""Who guards what: endpoints by the dependencies that only guarded endpoints have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backwright.report.inspect_types import EndpointEntry

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class GuardGroup:
    """Endpoints behind the same guards; no guards and `kind` none: open ones."""

    guards: tuple[str, ...]
    kind: str
    endpoints: tuple[EndpointEntry, ...]

    @property
    def writing(self) -> int:
        """Return how many of them change something."""
        return sum(one["method"] in WRITES for one in self.endpoints)


def guard_groups(endpoints: Sequence[EndpointEntry]) -> tuple[GuardGroup, ...]:
    """Group endpoints by guard, the open ones last.

    A dependency counts as a guard if no open endpoint has it. Of guards that imply each other
    (a role check needs the user, who needs the token) only the most specific are named.
    """
    holders: dict[str, set[int]] = {}
    for index, one in enumerate(endpoints):
        for name in one["dependencies"]:
            holders.setdefault(name, set()).add(index)
    is_open = {index for index, one in enumerate(endpoints) if one["auth"] == "none"}
    guards = {name: held for name, held in holders.items() if not held & is_open}
    groups: dict[tuple[str, tuple[str, ...]], list[EndpointEntry]] = {}
    for one in endpoints:
        own = [name for name in dict.fromkeys(one["dependencies"]) if name in guards]
        groups.setdefault((one["auth"], _most_specific(own, guards)), []).append(one)
    found = [GuardGroup(names, kind, tuple(members)) for (kind, names), members in groups.items()]
    return tuple(sorted(found, key=lambda one: (one.kind == "none", -len(one.endpoints))))


def _most_specific(names: Sequence[str], guards: dict[str, set[int]]) -> tuple[str, ...]:
    """Leave out what another one implies; of two that always go together the first stays."""
    return tuple(
        name
        for place, name in enumerate(names)
        if not any(
            guards[other] < guards[name] or (guards[other] == guards[name] and rank < place)
            for rank, other in enumerate(names)
            if other != name
        )
    )
