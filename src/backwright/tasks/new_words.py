"""What `new` is asked for, before anything is made: the project's name, and its resources in order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backwright.errors import UsageError
from backwright.host.requirements import name_of
from backwright.spec.types import ResourceSpec
from backwright.tasks.house import Features, house_draft

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_LONGEST = 50
_REQUIREMENT = re.compile(r'^    "([A-Za-z0-9._-]+)[^"]*",$', re.MULTILINE)


def check_name(name: str, features: Features) -> None:
    """Do nothing if a project can be called so.

    Raises:
        UsageError: it cannot; the remedy is a name that is near.
    """
    if "/" in name:
        raise UsageError(
            f"{name!r} is a path, not a name",
            remedy="give the name alone, and the folder to make it in by --project",
        )
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise UsageError(
            f"{name!r} is no name for a project",
            remedy=f"lower-case words joined by - or _, for example {_near(name)}",
        )
    needed = _REQUIREMENT.findall(house_draft(features).text("pyproject.toml"))
    if name_of(name) in {name_of(other) for other in needed}:
        raise UsageError(
            f"{name!r} is the name of a package that the project needs",
            remedy=f"take another, for example {name}-api",
        )


def _near(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    slug = re.sub(r"[^a-z0-9]+", "-", spaced.lower()).lstrip("-0123456789")[:_LONGEST].rstrip("-")
    return slug or "web-shop"


def in_order(resources: Sequence[ResourceSpec]) -> tuple[ResourceSpec, ...]:
    """Return resources so that each comes after those it refers to, else as they were given.

    Raises:
        UsageError: one is asked for twice, or some refer to each other in a circle.
    """
    names = [spec.names.pascal for spec in resources]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} is asked for twice", remedy="give all its fields at once")
    waiting, ordered = list(resources), list[ResourceSpec]()
    while waiting:
        later = {spec.names.pascal for spec in waiting}
        ready = [spec for spec in waiting if not (_targets(spec) & later)]
        if not ready:
            raise UsageError(
                f"{' and '.join(sorted(later))} refer to each other: none can come first",
                remedy="leave one reference out",
            )
        ordered.append(ready[0])
        waiting.remove(ready[0])
    return tuple(ordered)


def _targets(spec: ResourceSpec) -> set[str]:
    """Return the other resources that one refers to."""
    return {field.target for field in spec.fields if field.target} - {spec.names.pascal}
