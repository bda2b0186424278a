"""Reading a whole project."""

from __future__ import annotations

import gc
import re
import sys
from dataclasses import replace
from pathlib import Path

from backwright.project.apps import FoundApp, find_apps, is_test
from backwright.project.auth import read_auth
from backwright.project.conventions import read_conventions, sources_of
from backwright.project.cors import read_cors
from backwright.project.database import read_database
from backwright.project.endpoints import read_endpoints
from backwright.project.environment import read_environment
from backwright.project.files import Tree, read_bytes, read_tree
from backwright.project.interpret import discovery, framework, imports, libraries, stdlib
from backwright.project.interpret.world import World
from backwright.project.migrations import read_migrations
from backwright.project.models import read_models
from backwright.project.modules import Modules
from backwright.project.schemas import read_schemas
from backwright.project.services import read_services
from backwright.project.settings import read_settings
from backwright.project.tooling import read_tooling
from backwright.project.types import App, Project, Unresolved

RECURSION = 6_000
LIVE_INCLUDES = (0, 137)
_TABLE = re.compile(
    rb"table\s*=\s*True|^\s+__tablename__\s*[:=]|=\s*(?:\w+\.)?Table\(", re.MULTILINE
)
_SCRIPTS = re.compile(r"(^|/)(versions|alembic|migrations?|revisions|scripts|examples?|docs)/")


def read_project(root: Path) -> Project:
    """Read the project in `root` without running any of it.

    Whatever cannot be read or settled stands in the result's `unresolved`; nothing is raised
    for the project's sake.
    """
    limit, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(limit, RECURSION))
    gc.disable()  # hundreds of syntax trees are made and kept: collecting would only walk them
    try:
        return _read(root.resolve())
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def _read(root: Path) -> Project:
    tree = read_tree(root)
    tooling = read_tooling(tree)
    modules = Modules(tree, tooling.libraries)
    handlers = {
        **stdlib.HANDLERS,
        **discovery.HANDLERS,
        **framework.HANDLERS,
        **libraries.HANDLERS,
    }
    live = tooling.fastapi is None or tooling.fastapi >= LIVE_INCLUDES
    world = World(
        modules,
        read_environment(tree),
        live_includes=live,
        entry_points=tooling.entry_points,
        calls=handlers,
    )
    apps = find_apps(world, tree)
    _read_tables(world, tree, apps)
    endpoints = read_endpoints(world, apps)
    models = read_models(world)
    auth, cors = read_auth(world, endpoints), read_cors(world, apps)
    schemas, services = read_schemas(world, models, endpoints), read_services(world, models)
    sources = sources_of(modules, tree)
    unresolved = {*world.unresolved, *modules.unresolved, *tree.unresolved}
    project = Project(
        root,
        apps=tuple(App(one.object, one.file, one.line) for one in apps),
        endpoints=tuple(endpoints),
        models=tuple(models),
        schemas=tuple(schemas),
        services=tuple(services),
        auth=auth,
        cors=cors,
        migrations=read_migrations(tree),
        database=read_database(world),
        settings=tuple(read_settings(world)),
        tests=tooling.tests,
        package_manager=tooling.package_manager,
        python_version=tooling.python_version,
        unresolved=tuple(sorted(unresolved, key=_by_place)),
    )
    return replace(project, conventions=read_conventions(sources, project))


def _read_tables(world: World, tree: Tree, apps: list[FoundApp]) -> None:
    """Run the modules with tables that count: those of the migrations' environment too.

    With an application, a table that neither it nor the migrations import is no table of the
    running program: it is noted, not listed.
    """
    for file in tree.python:
        if (
            file.endswith("/env.py")
            and not is_test(file)
            and b"target_metadata" in _content(tree, file)
        ):
            imports.execute(world, world.modules.module(file))
    for file in tree.python:
        module = world.modules.module(file)
        found = _TABLE.search(content := _content(tree, file)) if module.state == "new" else None
        if found is None or is_test(file):
            continue
        if not apps:
            imports.execute(world, module)
        elif not _SCRIPTS.search(file):
            line = content.count(b"\n", 0, found.start()) + 1
            why = "a table is declared here, but neither an application nor migrations import it"
            world.note(module, line, why)


def _content(tree: Tree, file: str) -> bytes:
    return read_bytes(tree.root, file) or b""


def _by_place(one: Unresolved) -> tuple[str, int, str]:
    return one.file, one.line, one.why
