"""Which versions of its libraries a project is written for: the installed ones, else the asked for."""

from __future__ import annotations

import re
from pathlib import Path

from backwright.host.environment import find
from backwright.host.making import needs_of
from backwright.host.requirements import Requirements, name_of

_EXACT = re.compile(r"(?:==|~=|\^)\s*v?(\d[\w.]*)")
_BELOW = re.compile(r"<\s*(\d+(?:\.\d+)*)(?![.\w])")
_HIGHEST = 9999


def known_versions(root: Path) -> dict[str, str]:
    """Return the versions of a project's libraries, as far as they are known without installing any.

    Those of the environment that its people use, and where it has none, what its files of
    requirements and locks ask for.
    """
    environment = find(root)
    installed = environment.versions() if environment else {}
    return asked_versions(needs_of(root, ".")) | installed


def asked_versions(needs: Requirements) -> dict[str, str]:
    """Return the versions that requirements lead to; what a lock says counts for more."""
    lines = (*needs.needed, *needs.pins)
    return {name_of(line): version for line in lines if (version := _asked_for(line))}


def _asked_for(line: str) -> str:
    """Return the version that a requirement leads to, nothing where that may be the newest."""
    said = line.partition(";")[0]
    if exact := _EXACT.search(said):
        return exact[1]
    below = _BELOW.search(said)
    return _before([int(number) for number in below[1].split(".")]) if below else ""


def _before(numbers: list[int]) -> str:
    """Return the highest version before one: before 2.0 it is 1.9999."""
    while numbers and not numbers[-1]:
        numbers.pop()
    return ".".join(map(str, [*numbers[:-1], numbers[-1] - 1, _HIGHEST])) if numbers else ""
