"""Reading a whole project."""

from __future__ import annotations

import sys
from pathlib import Path

from backwright.project.apps import find_apps
from backwright.project.endpoints import read_endpoints
from backwright.project.files import read_tree
from backwright.project.interpret import framework, stdlib
from backwright.project.interpret.world import World
from backwright.project.models import read_models
from backwright.project.modules import Modules
from backwright.project.types import App, Project, Unresolved

RECURSION = 20_000


def read_project(root: Path) -> Project:
    """Read the project in `root` without running any of it.

    Whatever cannot be read or settled stands in the result's `unresolved`; nothing is raised
    for the project's sake.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        return _read(root.resolve())
    finally:
        sys.setrecursionlimit(limit)


def _read(root: Path) -> Project:
    tree = read_tree(root)
    modules = Modules(tree)
    handlers = {**stdlib.HANDLERS, **framework.HANDLERS}
    world = World(modules, lambda _: None, calls=handlers)
    apps = find_apps(world, tree)
    endpoints = read_endpoints(world, apps)
    models = read_models(world)
    unresolved = {*world.unresolved, *modules.unresolved, *tree.unresolved}
    return Project(
        root,
        apps=tuple(App(one.object, one.file, one.line) for one in apps),
        endpoints=tuple(endpoints),
        models=tuple(models),
        unresolved=tuple(sorted(unresolved, key=_by_place)),
    )


def _by_place(one: Unresolved) -> tuple[str, int, str]:
    return one.file, one.line, one.why
