"""What endpoints ask of the rows that they read, as the rules compare it."""

from __future__ import annotations

import re
from collections import defaultdict
from weakref import WeakKeyDictionary

from backwright.audit.isolation import asks_in_code, by_privilege, of_administrators
from backwright.audit.subject import Subject
from backwright.project.types import Asked, Endpoint, Project

_KEPT: WeakKeyDictionary[Subject, dict[tuple[str, str, str], tuple[Asked, ...]]] = (
    WeakKeyDictionary()
)
_LAST = re.compile(r"{(\w+)(?::\w+)?}/?$")


def asked_by(subject: Subject, one: Endpoint) -> tuple[Asked, ...]:
    """Return what an endpoint asks; nothing where it was not followed to its end."""
    if subject not in _KEPT:
        _KEPT[subject] = _by_endpoint(subject.project)
    return _KEPT[subject].get((one.app, one.method, one.path), ())


def _by_endpoint(project: Project) -> dict[tuple[str, str, str], tuple[Asked, ...]]:
    found: dict[tuple[str, str, str], list[Asked]] = defaultdict(list)
    for one in project.asked:
        found[one.app, one.method, one.path].append(one)
    return {key: tuple(held) for key, held in found.items()}


def is_privileged(subject: Subject, one: Endpoint) -> bool:
    """Tell whether an endpoint is not for every user."""
    return (
        of_administrators(subject, one) or by_privilege(subject, one) or asks_in_code(subject, one)
    )


def last_parameter(path: str) -> str:
    """Return the parameter that a path ends with; empty if it ends with none."""
    found = _LAST.search(path)
    return found[1] if found else ""
