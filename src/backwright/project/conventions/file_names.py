"""How files with endpoints are named: `tasks.py`, `task.py`, `task_router.py`, `router.py`."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention
from backwright.spec.names import singularize

_FIXED = ("router", "routers", "routes", "route", "views", "view", "api", "endpoints", "controller")


@convention("route_files")
def route_files(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each file with endpoints that is not the application's own."""
    apps = {one.file for one in evidence.project.apps}
    first = {one.source.file: one.node.lineno for one in reversed(evidence.handlers)}
    for file, line in sorted(first.items()):
        if file not in apps:
            yield Vote(_pattern(file.rpartition("/")[2].removesuffix(".py")), file, line)


def _pattern(stem: str) -> str:
    if stem in _FIXED:
        return f"{stem}.py in the package of each domain"
    noun, _, suffix = stem.rpartition("_")
    if noun and suffix in _FIXED:
        return f"{_form(noun)}_{suffix}.py"
    return f"{_form(stem)}.py"


def _form(noun: str) -> str:
    return "{resources}" if singularize(noun.rpartition("_")[2]) else "{resource}"
