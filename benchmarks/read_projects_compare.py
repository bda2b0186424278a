"""Score what was read of a project against what the running program says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backwright.project.types import Column, Endpoint, Project

KINDS = ("endpoints", "tables", "columns", "column facts", "relationships", "models", "depends")
_WORDS = re.compile(r"[A-Za-z_][\w.]*")
_GENERIC = re.compile(
    r"Optional|Union|None(Type)?|Annotated|List|Dict|Any|Sequence|Set|Literal|Tuple|Type|Body|Field"
    r"|(JSON)?Response|UploadFile|Iterable|Generic|T"
)


@dataclass(frozen=True, slots=True)
class Score:
    """How two sets agree."""

    right: int
    missing: tuple[str, ...]
    invented: tuple[str, ...]

    @property
    def recall(self) -> float:
        """The share of what is there that was found."""
        return self.right / (self.right + len(self.missing)) if self.missing else 1.0

    @property
    def precision(self) -> float:
        """The share of what was found that is there."""
        return self.right / (self.right + len(self.invented)) if self.invented else 1.0


def score(real: Iterable[str], read: Iterable[str]) -> Score:
    """Compare what is there with what was read."""
    there, found = set(real), set(read)
    missing, invented = tuple(sorted(there - found)), tuple(sorted(found - there))
    return Score(len(there & found), missing, invented)


def compare(project: Project, dump: dict[str, Any], apps: tuple[str, ...]) -> dict[str, Score]:
    """Return the score of each of `KINDS`."""
    wanted = {
        f"{one.method} {one.path}": one
        for one in reversed(project.endpoints)
        if any(one.app == app or one.app.endswith(f".{app}") for app in apps)
    }
    routes = {f"{method} {path}" for method, path in dump["routes"]}
    tables: dict[str, dict[str, Any]] = dump["tables"]
    read = {model.table: {one.name: one for one in model.columns} for model in project.models}
    common = {table: names for table, names in read.items() if table in tables}
    both = {key: one for key, one in wanted.items() if key in routes}
    found = [
        score(routes, wanted),
        score(tables, read),
        score(
            (f"{table}.{one}" for table, names in tables.items() for one in names),
            (f"{table}.{one}" for table, names in common.items() for one in names),
        ),
        _column_facts(tables, common),
        _relationships(project, dump["relationships"]),
        _models(both, dump["bodies"]),
        _dependencies(both, dump["bodies"]),
    ]
    return dict(zip(KINDS, found, strict=True))


def _column_facts(tables: dict[str, dict[str, Any]], read: dict[str, dict[str, Column]]) -> Score:
    """Compare the facts of the columns that both know."""
    names = ("nullable", "primary_key", "foreign_key", "index", "unique")
    pairs = [
        (f"{table}.{name}", fact, read[table][name])
        for table, columns in tables.items()
        for name, fact in columns.items()
        if name in read.get(table, {})
    ]
    for _, fact, one in pairs:  # of several foreign keys one is enough
        keys = fact["foreign_key"]
        fact["foreign_key"] = one.foreign_key if one.foreign_key in keys else keys[0]
    real = [f"{key} {name}={fact[name]}" for key, fact, _ in pairs for name in names]
    return score(real, (f"{key} {n}={getattr(one, n)}" for key, _, one in pairs for n in names))


def _relationships(project: Project, told: list[list[Any]]) -> Score:
    """Compare the mapped relationships: owner, name, target, kind and link table."""
    read = [
        f"{model.name}.{one.name} {one.kind} {one.target} {one.secondary}"
        for model in project.models
        for one in model.relationships
    ]
    return score((f"{cls}.{name} {kind} {to} {link}" for cls, name, to, kind, link in told), read)


def _named(shown: str | None) -> list[str]:
    """Return the classes that a type speaks of."""
    words = [one.rpartition(".")[2] for one in _WORDS.findall(shown or "")]
    return [one for one in words if one[:1].isupper() and not _GENERIC.fullmatch(one)]


def _models(both: dict[str, Endpoint], bodies: dict[str, Any]) -> Score:
    """Compare the classes of request and response."""
    real: list[str] = []
    read: list[str] = []
    for key, one in both.items():
        told = [name for kind in bodies[key]["request"] for name in _named(kind)]
        given = _named(one.request_model)
        kept = [name for name in given if name in told]
        real += [f"{key} takes {name}" for name in kept or told[:1]]
        read += [f"{key} takes {name}" for name in kept or given]
        real += [f"{key} gives {name}" for name in _named(bodies[key]["response"])]
        read += [f"{key} gives {name}" for name in _named(one.response_model)]
    return score(real, read)


def _dependencies(both: dict[str, Endpoint], bodies: dict[str, Any]) -> Score:
    """Compare the dependencies that have a name of their own (instances have none)."""
    real = [
        f"{key} needs {name.rpartition(':')[2]}"
        for key in both
        for name in bodies[key]["dependencies"]
    ]
    known = {one.rpartition(" ")[2] for one in real}
    read = [
        f"{key} needs {name.rpartition(':' if ':' in name else '.')[2]}"
        for key, one in both.items()
        for name in one.dependencies
    ]
    return score(real, (one for one in read if one.rpartition(" ")[2] in known))
