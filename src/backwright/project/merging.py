"""Both witnesses in one `Project`: what each has seen, and where they disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from backwright.project.runtime import Testimony
from backwright.project.types import (
    App,
    Auth,
    Column,
    Endpoint,
    Model,
    Project,
    Runtime,
    Unresolved,
)

Facts = Mapping[str, Any]
Key = tuple[str, str, str]


def merged(project: Project, heard: Testimony) -> Project:
    """Return the project with `seen` settled by the running program, disagreements noted."""
    if heard.why:
        return replace(project, runtime=Runtime(why=heard.why))
    answering = {name: one["routes"] for name, one in heard.apps.items() if "routes" in one}
    failures = list(_failures(project, heard))
    if not answering:
        why = failures[0].why if failures else "it could not be imported"
        return _noted(replace(project, runtime=Runtime(why=why)), failures)
    endpoints, notes = _endpoints(project, heard, answering)
    models, more = _models(project, heard)
    routes = sum(len(one) for one in answering.values())
    runtime = Runtime(
        heard=True, why="", apps=tuple(answering), routes=routes, tables=len(heard.tables)
    )
    both = replace(project, endpoints=endpoints, models=models, runtime=runtime)
    return _noted(both, [*failures, *notes, *more])


def _noted(project: Project, notes: Sequence[Unresolved]) -> Project:
    """Add notes, in order of their places, each once."""
    together = {*project.unresolved, *notes}
    ordered = sorted(together, key=lambda one: (one.file, one.line, one.why))
    return replace(project, unresolved=tuple(ordered))


def _failures(project: Project, heard: Testimony) -> Iterator[Unresolved]:
    """Yield a note for each app that could not be imported, where the cause stands."""
    apps = {one.object: one for one in project.apps}
    for name, one in heard.apps.items():
        if "error" not in one:
            continue
        file, line = _place(one, heard.copy)
        app = apps.get(name)
        if not file and app:
            file, line = app.file, app.line
        yield Unresolved(file, line, f"{name} cannot be imported: {one['error']}")


def _place(fact: Facts, copy: str) -> tuple[str, int]:
    """Return a place in the project, nothing for one elsewhere."""
    path = PurePosixPath(str(fact["file"] or "/"))
    if copy and path.is_relative_to(copy):
        return str(path.relative_to(copy)), int(fact["line"])
    return "", 0


def _endpoints(
    project: Project, heard: Testimony, answering: Mapping[str, Sequence[Facts]]
) -> tuple[tuple[Endpoint, ...], list[Unresolved]]:
    """Return the endpoints of both witnesses; every one that only one of them knows is noted."""
    told: dict[Key, tuple[Facts, int]] = {}
    for app, routes in answering.items():
        for place, route in enumerate(routes):
            for method in route["methods"]:
                told.setdefault((app, method, route["path"]), (route, place))
    found: list[Endpoint] = []
    notes: list[Unresolved] = []
    for one in project.endpoints:
        known = (one.app, one.method, one.path) in told
        found.append(replace(one, seen="both" if known else "static"))
        if one.app in answering and not known:
            why = f"the source has {one.method} {one.path}, the running program does not"
            notes.append(Unresolved(one.file, one.line, why))
    static = {(one.app, one.method, one.path) for one in project.endpoints}
    guards = _guards(project.endpoints)
    apps = {one.object: one for one in project.apps}
    for key, (route, _) in told.items():
        if key not in static:
            more = _only_told(key, route, apps[key[0]], heard.copy, guards)
            found.append(more)
            why = f"the running program has {key[1]} {key[2]}, it was not found in the source"
            notes.append(Unresolved(more.file, more.line, why))
    return tuple(found), notes


def _guards(endpoints: Sequence[Endpoint]) -> frozenset[str]:
    """Return the dependencies that only guarded endpoints have."""
    by_auth: dict[Auth, set[str]] = {"required": set(), "optional": set(), "none": set()}
    for one in endpoints:
        by_auth[one.auth].update(one.dependencies)
    return frozenset(by_auth["required"] - by_auth["optional"] - by_auth["none"])


def _only_told(key: Key, route: Facts, app: App, copy: str, guards: frozenset[str]) -> Endpoint:
    """Return an endpoint that only the running program knows, judged by its dependencies."""
    file, line = _place(route, copy)
    dependencies = tuple(str(one) for one in route["dependencies"])
    guarded = bool(route["schemes"] or guards.intersection(dependencies))
    return Endpoint(
        app=key[0],
        method=key[1],
        path=key[2],
        handler=str(route["handler"]),
        file=file or app.file,
        line=line or app.line,
        auth="required" if guarded else "none",
        dependencies=dependencies,
        request_model=None,
        response_model=None,
        owner_scoped=None,
        seen="runtime",
    )


def _models(project: Project, heard: Testimony) -> tuple[tuple[Model, ...], list[Unresolved]]:
    """Return the tables of both witnesses; what only one of them knows is noted."""
    told = {str(one["table"]): one for one in heard.tables}
    found: list[Model] = []
    notes: list[Unresolved] = []
    for model in project.models:
        fact = told.get(model.table)
        found.append(replace(model, seen="both" if fact else "static"))
        if fact:
            notes += _columns_apart(model, fact)
        elif told:
            why = f"the table {model.table} is not in the running program's metadata"
            notes.append(Unresolved(model.file, model.line, why))
    known = {one.table for one in project.models}
    place = (project.apps[0].file, project.apps[0].line)
    for name, fact in told.items():
        if name not in known:
            file, line = _place(fact, heard.copy)
            file, line = (file, line) if file else place
            found.append(_only_metadata(fact, file, line))
            why = f"the running program has the table {name}, it was not found in the source"
            notes.append(Unresolved(file, line, why))
    return tuple(found), notes


def _columns_apart(model: Model, fact: Facts) -> Iterator[Unresolved]:
    """Yield a note for each column that only one witness knows."""
    told = {str(one["name"]) for one in fact["columns"]}
    read = {one.name: one for one in model.columns}
    for name in sorted(read.keys() - told):
        column = read[name]
        why = f"the column {model.table}.{name} is not in the running program's metadata"
        yield Unresolved(column.file or model.file, column.line or model.line, why)
    for name in sorted(told - read.keys()):
        why = f"the running program has the column {model.table}.{name}, the source reading not"
        yield Unresolved(model.file, model.line, why)


def _only_metadata(fact: Facts, file: str, line: int) -> Model:
    columns = tuple(Column(**one, file=file, line=line) for one in fact["columns"])
    return Model(str(fact["name"]), str(fact["table"]), file, line, columns, (), seen="runtime")
