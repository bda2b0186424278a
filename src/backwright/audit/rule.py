"""What a rule is, and how it enters itself.

A rule is one module of `rules/`: its name is the module's (`plain_password` is `plain-password`),
its documentation the module's docstring (see `examples.py`), its work one function under `@rule`.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from backwright.audit.fixes.repair import Fix
from backwright.audit.sources import Source
from backwright.audit.subject import Subject
from backwright.report.audit_types import Level, RuleEntry
from backwright.values import Place


@dataclass(frozen=True, slots=True)
class Found:
    """A fault at a place.

    Attributes:
        place: Where it is shown.
        message: What is wrong there, and what follows from it.
        remedy: What to do, as code where that can be said.
        cause: What faults have in common that one change mends; the rule itself without.
        units: What is counted as failing; the place itself without.
        level: Another level than the rule's.
        fix: How it is mended, where that is known.
        seen: By reading, or on a running server.
    """

    place: Place
    message: str
    remedy: str
    cause: str = ""
    units: tuple[Place, ...] = ()
    level: Level | None = None
    fix: Fix | None = None
    seen: Literal["static", "live"] = "static"


@dataclass(frozen=True, slots=True)
class Unsure:
    """A place that could not be decided, and why: never taken for a pass.

    `live` tells whether a probe of who reaches whose rows could decide it.
    """

    place: Place
    why: str
    live: bool = True


@dataclass(frozen=True, slots=True)
class Looked:
    """A place that was looked at: it is counted, and passes where nothing was found."""

    place: Place


Judged = Found | Unsure | Looked
Check = Callable[[Subject], Iterator[Judged]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it is called, what it is about, how grave, its documentation, its work."""

    name: str
    item: int | None
    level: Level
    text: str
    check: Check

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.text.partition("\n")[0]

    @property
    def entry(self) -> RuleEntry:
        """The rule as reports name it."""
        return RuleEntry(self.name, self.item, self.level, self.summary, self.text)


_RULES: dict[str, Rule] = {}


def rule(item: int | None, level: Level) -> Callable[[Check], Check]:
    """Enter a function as the rule of its module.

    Args:
        item: The item of the checklist; `None` beyond the list.
        level: `error` only where nearly every finding is a fault that users can be hurt by.
    """

    def enter(check: Check) -> Check:
        module = inspect.getmodule(check)
        name = check.__module__.rpartition(".")[2].replace("_", "-")
        text = inspect.cleandoc((module.__doc__ if module else "") or "")
        _RULES[name] = Rule(name, item, level, text, check)
        return check

    return enter


@cache
def all_rules() -> dict[str, Rule]:
    """Return every rule by name: each module of `rules/` is imported once."""
    package = importlib.import_module("backwright.audit.rules")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_RULES.items()))


def at(source: Source, node: ast.AST) -> Place:
    """Return the place of a node."""
    return Place(source.file, getattr(node, "lineno", 1))
