"""The host's own formatters, in its own environment, on what was written in staging.

A file that is new is theirs as a whole. One that was there is given to them only where they had
nothing to change in it before, so that no line but ours is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backwright.host.process import Result, run
from backwright.tasks.change import Workplace
from backwright.workshop.settings import formatters, tables

_SECONDS = 120
# What tells that a formatter has nothing to change, by its name.
_CHECKS = {
    "isort": ("--check-only", "--quiet"),
    "black": ("--check", "--quiet"),
    "ruff": ("format", "--check", "--quiet"),  # an older one has a style of its own
}
_FORMATS = {"ruff": ("format", "--quiet")}


def format_as_host(place: Workplace, paths: Sequence[str]) -> None:
    """Format files of the staging copy by the formatters that the host has settings for.

    Args:
        place: the staging copy; a formatter that its environment lacks is not run.
        paths: the files that were written, relative to the project.
    """
    files = [path for path in paths if path.endswith(".py") and (place.folder / path).is_file()]
    for tool in _configured(place.folder):
        if not place.environment.has(tool):
            continue
        mine = [path for path in files if _is_ours(place, tool, path)]
        if mine:
            _run(place, tool, (*_FORMATS.get(tool, ("--quiet",)), *mine), place.folder)


def _configured(folder: Path) -> tuple[str, ...]:
    """Return the formatters in the order in which people run them."""
    used = {*formatters(folder), *(tables(folder) & {"isort"})}
    return tuple(tool for tool in _CHECKS if tool in used)


def _is_ours(place: Workplace, tool: str, path: str) -> bool:
    """Tell whether a tool may format a whole file: it is new, or was formatted by that before."""
    original = place.staging.original
    if not (original / path).is_file():
        return True
    return _run(place, tool, (*_CHECKS[tool], path), original).ok


def _run(place: Workplace, tool: str, arguments: Sequence[str], folder: Path) -> Result:
    # The original is looked at, too, and not to be written to.
    variables = place.environment.variables({"NO_COLOR": "1", "RUFF_NO_CACHE": "true"})
    argv = [str(place.environment.python), "-m", tool, *arguments]
    return run(argv, cwd=folder, env=variables, timeout=_SECONDS)
