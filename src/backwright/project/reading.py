"""Reading a whole project: everything that is known of its tree, put together."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from backwright.project.apart import apart
from backwright.project.apps import FoundApp, find_apps, is_test
from backwright.project.auth import read_auth
from backwright.project.conventions import read_conventions, sources_of
from backwright.project.cors import read_cors
from backwright.project.database import read_database
from backwright.project.endpoints import read_endpoints
from backwright.project.environment import read_environment, read_examples
from backwright.project.files import Tree
from backwright.project.interpret import imports
from backwright.project.interpret.assembly import MODELS
from backwright.project.interpret.world import World, imported_files
from backwright.project.middleware import read_middleware
from backwright.project.migrations import read_migrations
from backwright.project.models import read_models
from backwright.project.modules import Modules
from backwright.project.ownership import Scoped, owned_models, scoped
from backwright.project.schemas import read_schemas
from backwright.project.services import read_services
from backwright.project.settings import read_settings
from backwright.project.tooling import read_tooling
from backwright.project.types import App, AuthFacts, Convention, Model, Project, Unresolved

_Habits = tuple[tuple[Convention, ...], set[Unresolved]]

RECURSION = 6_000
MANY = 150
LIVE_INCLUDES = (0, 137)
_TABLE = re.compile(
    rb"table\s*=\s*True|^\s+__tablename__\s*[:=]|=\s*(?:\w+\.)?Table\(\s*[\"']", re.MULTILINE
)
_SCRIPTS = re.compile(r"(^|/)(versions|alembic|migrations?|revisions|scripts|examples?|docs)/")


def read(tree: Tree) -> Project:
    """Read a project with room for deep recursion, and without collecting garbage meanwhile."""
    limit, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(limit, RECURSION))
    gc.disable()
    try:
        return _read(tree)
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def _read(tree: Tree) -> Project:
    tooling = read_tooling(tree)
    modules = Modules(tree, tooling.libraries)
    fastapi = tooling.pins.get("fastapi")
    world = World(
        modules,
        read_environment(tree),
        read_examples(tree),
        live_includes=fastapi is None or fastapi >= LIVE_INCLUDES,
        entry_points=tooling.entry_points,
        pins=tooling.pins,
        calls=dict(MODELS),
    )
    safe = world.guarded
    apps = safe(lambda: find_apps(world, tree), [])
    by_apps = imported_files(world)
    safe(lambda: _read_tables(world, tree, apps), None)
    routes = read_endpoints(world, apps)
    endpoints = list(routes)
    models = safe(lambda: read_models(world), [])
    _note_unused(world, models if apps else [], by_apps)
    models, user = safe(lambda: owned_models(models, routes.values()), (models, None))
    auth = safe(lambda: read_auth(world, endpoints, tooling.pins), AuthFacts("none"))
    project = Project(
        tree.root,
        apps=tuple(App(one.object, one.file, one.line) for one in apps),
        endpoints=tuple(endpoints),
        models=tuple(models),
        schemas=tuple(safe(lambda: read_schemas(world, models, endpoints), [])),
        services=tuple(safe(lambda: read_services(world, models), [])),
        auth=replace(auth, user_model=user.name if user else None),
        cors=safe(lambda: read_cors(world, apps), None),
        middleware=tuple(safe(lambda: read_middleware(apps), [])),
        migrations=safe(lambda: read_migrations(tree), None),
        database=safe(lambda: read_database(world), None),
        settings=tuple(safe(lambda: read_settings(world), [])),
        tests=tooling.tests,
        package_manager=tooling.package_manager,
        python_version=tooling.python_version,
    )
    habits = _beside(tree, partial(_habits, world, tree, project))
    judged = safe(
        lambda: scoped(world, routes, models, list(project.schemas), user), Scoped(endpoints)
    )
    project = replace(
        project, endpoints=tuple(judged.endpoints), touches=tuple(judged.touches),
        asked=tuple(judged.asked),
    )  # fmt: skip
    conventions, unread = habits()
    unresolved = {*world.unresolved, *modules.unresolved, *unread, *tree.unresolved}
    ordered = tuple(sorted(unresolved, key=_by_place))
    return replace(project, conventions=conventions, unresolved=ordered)


def _habits(world: World, tree: Tree, project: Project) -> _Habits:
    """Read the conventions; return them, and what could not be read on the way."""
    before = {*world.unresolved, *world.modules.unresolved}
    sources = partial(sources_of, world.modules, tree)
    found = world.guarded(lambda: read_conventions(sources(), project), ())
    return found, {*world.unresolved, *world.modules.unresolved} - before


def _beside(tree: Tree, work: Callable[[], _Habits]) -> Callable[[], _Habits]:
    """Do a part of the reading beside the rest, where a project is so large that it pays."""
    if len(tree.python) >= MANY:
        return apart(work)
    done = work()
    return lambda: done


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
            imports.run_root(world, world.modules.module(file))
    for file in tree.python:
        module = world.modules.module(file)
        found = _TABLE.search(content := _content(tree, file)) if module.state == "new" else None
        if found is None or is_test(file):
            continue
        if not apps:
            imports.run_root(world, module)
        elif not _SCRIPTS.search(file):
            line = content.count(b"\n", 0, found.start()) + 1
            why = "a table is declared here, but neither an application nor migrations import it"
            world.note(module, line, why)


def _note_unused(world: World, models: list[Model], by_apps: set[str]) -> None:
    """Note the tables that only the migrations' environment imports: a running program has none."""
    why = "a table that the migrations import, and no application"
    for one in models:
        if one.file not in by_apps:
            world.unresolved.setdefault(Unresolved(one.file, one.line, why))


def _content(tree: Tree, file: str) -> bytes:
    return tree.content(file) or b""


def _by_place(one: Unresolved) -> tuple[str, int, str]:
    return one.file, one.line, one.why
