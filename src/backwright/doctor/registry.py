"""The diagnoses: each a function in a module of its own, in the folder of its check."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from backwright import doctor
from backwright.doctor.evidence import Evidence
from backwright.report.doctor_types import CHECKS, Cause, CheckName

Diagnose = Callable[[Evidence], Iterator[Cause]]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A function that looks for causes of one family."""

    check: CheckName
    name: str
    look: Diagnose


_FOUND: list[Diagnosis] = []


def diagnosis(look: Diagnose) -> Diagnose:
    """Register a function; its check is the folder that its module lies in."""
    check = look.__module__.split(".")[-2]
    _FOUND.extend(Diagnosis(one, look.__name__, look) for one in CHECKS if one == check)
    return look


@cache
def diagnoses() -> tuple[Diagnosis, ...]:
    """Return all diagnoses in the order of the checks."""
    for module in pkgutil.walk_packages(doctor.__path__, f"{doctor.__name__}."):
        importlib.import_module(module.name)
    order = {check: number for number, check in enumerate(CHECKS)}
    return tuple(sorted(_FOUND, key=lambda one: (order[one.check], one.look.__module__, one.name)))
