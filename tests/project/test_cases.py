"""Each folder of `cases` is a small project, and what reading it must give."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.project.types import Column, Model, Project

CASES = Path(__file__).parent / "cases"


def columns(model: Model) -> list[str]:
    return [column(one) for one in model.columns]


def column(one: Column) -> str:
    words = [one.name, one.type]
    words += ["pk"] if one.primary_key else ["null"] if one.nullable else []
    words += ["index"] if one.index else []
    words += ["unique"] if one.unique else []
    words += [f"->{one.foreign_key}"] if one.foreign_key else []
    return " ".join(words)


def relationships(model: Model) -> list[str]:
    return [
        f"{one.name} {one.kind} {one.target}" + (f" via {one.secondary}" if one.secondary else "")
        for one in model.relationships
    ]


def fields(value: object, wanted: dict[str, object]) -> dict[str, object]:
    shown = {key: getattr(value, key) for key in wanted}
    if "variables" in shown:
        shown["variables"] = {one.name: one.part for one in shown["variables"]}
    return {key: list(one) if isinstance(one, tuple) else one for key, one in shown.items()}


READERS: dict[str, Callable[[Project, dict[str, object]], object]] = {
    "apps": lambda project, _: [one.object for one in project.apps],
    "endpoints": lambda project, _: [
        f"{one.method} {one.path} {one.auth}" for one in project.endpoints
    ],
    "handlers": lambda project, wanted: {
        one.path: one.handler for one in project.endpoints if one.path in wanted
    },
    "dependencies": lambda project, wanted: {
        one.path: list(one.dependencies) for one in project.endpoints if one.path in wanted
    },
    "bodies": lambda project, _: {
        f"{one.method} {one.path}": [one.request_model, one.response_model]
        for one in project.endpoints
    },
    "models": lambda project, _: {one.table: columns(one) for one in project.models},
    "names": lambda project, _: {one.table: one.name for one in project.models},
    "relationships": lambda project, _: {
        one.table: relationships(one) for one in project.models if one.relationships
    },
    "owners": lambda project, _: {
        one.name: list(one.owner.path) for one in project.models if one.owner
    },
    "scoped": lambda project, _: {
        f"{one.method} {one.path}": one.owner_scoped for one in project.endpoints
    },
    "schemas": lambda project, _: [f"{one.name} {one.role} {one.model}" for one in project.schemas],
    "unresolved": lambda project, _: [
        f"{one.file}:{one.line} {one.why}" for one in project.unresolved
    ],
    **{
        name: lambda project, wanted, name=name: fields(getattr(project, name), wanted)
        for name in ("database", "migrations", "cors", "auth")
    },
    **{
        name: lambda project, _, name=name: getattr(project, name)
        for name in ("package_manager", "python_version")
    },
}


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKWRIGHT_CACHE", "off")


@pytest.mark.parametrize("case", sorted(one.name for one in CASES.iterdir()))
def test_case(case: str) -> None:
    project = read_project(CASES / case)
    expected = json.loads((CASES / case / "expected.json").read_text())
    read = {name: READERS[name](project, wanted) for name, wanted in expected.items()}
    assert read == expected


@pytest.mark.parametrize("case", sorted(one.name for one in CASES.iterdir()))
def test_a_second_reading_is_the_same(case: str) -> None:
    assert read_project(CASES / case) == read_project(CASES / case)
