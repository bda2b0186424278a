"""Reading of a project what a planner needs of it."""

from __future__ import annotations

from pathlib import Path

from backwright.agent.planner.types import Thing, World
from backwright.project import read_project
from backwright.project.types import Model, Project
from backwright.spec.names import names_of
from backwright.values import Place

_SUFFIXES = ("Model", "Table", "Entity", "DB", "Orm", "ORM")


def read_world(root: Path) -> World:
    """Read a project's models, accounts and paths from its source; nothing of it is run."""
    return world_of(read_project(root))


def world_of(project: Project) -> World:
    """Return what a planner needs of a project that was read."""
    linking = {r.secondary for m in project.models for r in m.relationships if r.secondary}
    models = [m for m in project.models if m.table not in linking]
    guarded = project.auth.approach != "none"
    return World(
        things=tuple(_thing(one) for one in models),
        user=project.auth.user_model or (_user_of(models) if guarded else None),
        guarded=guarded,
        is_empty=not project.apps and not project.models,
        endpoints=_endpoints(project),
    )


def _endpoints(project: Project) -> tuple[tuple[str, str], ...]:
    found = [(one.method, one.path) for one in project.endpoints]
    address = project.auth.token_url
    if address and not any(path.endswith(address) for _, path in found):
        found.append(("POST", address if address.startswith("/") else f"/{address}"))
    return tuple(dict.fromkeys(found))


def _user_of(models: list[Model]) -> str | None:
    return next((m.owner.user for m in models if m.owner), None)


def noun_of(model: str) -> str:
    """Return what a model is called without what only says that it is one: `Post` of `PostModel`."""
    for suffix in _SUFFIXES:
        if model.endswith(suffix) and len(model) > len(suffix):
            model = model.removesuffix(suffix)
    return model


def _thing(model: Model) -> Thing:
    bare = noun_of(model.name)
    names = names_of(bare)
    forms = {
        model.name, names.pascal, names.snake, names.human,
        names.plural_pascal, names.plural_snake, names.plural_human,
    }  # fmt: skip
    return Thing(
        name=model.name,
        forms=tuple(sorted({one.lower() for one in forms}, key=len, reverse=True)),
        place=Place(model.file, model.line),
        columns=tuple(column.name for column in model.columns),
        is_owned=model.owner is not None,
    )
