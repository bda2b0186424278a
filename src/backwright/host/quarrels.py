"""Packages that install side by side and do not work together, and what makes them.

A project that names no versions was written when the newest of its day did. An old package does not
know that a later one of another breaks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backwright.host.requirements import name_of


@dataclass(frozen=True, slots=True)
class Quarrel:
    """A package, from one version to before another, and the requirement that it does not state."""

    package: str
    since: tuple[int, ...]
    before: tuple[int, ...]
    needs: str


_QUARRELS = (
    Quarrel("starlette", (0,), (0, 21), "requests"),  # its test client is one of requests
    Quarrel("starlette", (0, 21), (0, 37), "httpx<0.28"),  # hands `app` to httpx's client
    Quarrel("fastapi", (0, 100), (0, 118, 1), "pydantic<2.12"),  # forms in `Annotated`
    Quarrel("passlib", (0,), (99,), "bcrypt<5"),  # tries a password that is too long for 5
)


def mends(installed: Mapping[str, str], needed: Sequence[str]) -> tuple[str, ...]:
    """Return what is to be installed besides, so that what there is works together.

    Args:
        installed: the distributions and their versions.
        needed: the project's own requirements: what these pin stays as it is.
    """
    pinned = {name_of(line) for line in needed if "==" in line}
    return tuple(q.needs for q in _found(installed) if name_of(q.needs) not in pinned)


def _found(installed: Mapping[str, str]) -> Iterator[Quarrel]:
    for quarrel in _QUARRELS:
        version = _version(installed.get(quarrel.package, ""))
        if not version or not quarrel.since <= version < quarrel.before:
            continue
        other, _, limit = quarrel.needs.partition("<")
        have = _version(installed.get(other, ""))
        is_at_odds = have >= _version(limit) if limit else not have
        if is_at_odds:
            yield quarrel


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)[:3]))
