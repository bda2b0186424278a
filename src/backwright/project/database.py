"""The database's engine, and what its URL is made of (`database_trail` follows that back)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.annotations import last_name
from backwright.project.apps import is_test
from backwright.project.database_trail import SCHEME, Trail, bound_to, follow
from backwright.project.interpret import core, fields, knowing
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import Module, Unknown
from backwright.project.interpret.world import World, module_frame
from backwright.project.types import Database

# What connects in place of an engine, whose URL then says no more than the dialect.
_CREATORS = frozenset({"creator", "async_creator"})
ENGINES = frozenset({"create_engine", "create_async_engine", "create_pool", "async_create_engine"})
_ASYNC = ("asyncpg", "aiosqlite", "aiomysql", "asyncmy", "psycopg_async", "aiopg")
_URLS = frozenset({"url", "dsn"})


def read_database(world: World) -> Database | None:
    """Return the project's main engine: of several, the one that most is known of."""
    found: list[Database] = []
    for module in _speaking_of(world, *(name.encode() for name in ENGINES)):
        if is_test(module.file) or not _may_make_engine(module):
            continue
        found += [
            _engine(world, module, node)
            for node in world.modules.nodes(module)
            if isinstance(node, ast.Call) and last_name(node.func) in ENGINES
        ]
    found = [one for one in found if one.url or one.driver or one.variables]
    return max(found, key=_weight, default=None) or _of_migrations(world)


def _of_migrations(world: World) -> Database | None:
    """Return what Alembic's `env.py` is told, where no engine's URL is written down."""
    for module in _speaking_of(world, b"set_main_option"):
        for node in world.modules.nodes(module):
            if not isinstance(node, ast.Call) or last_name(node.func) != "set_main_option":
                continue
            if len(node.args) == 2 and getattr(node.args[0], "value", "") == "sqlalchemy.url":
                told = _database(world, module, node, node.args[1])
                if told.url or told.driver or told.variables:
                    return told
    return None


def _speaking_of(world: World, *words: bytes) -> Iterator[Module]:
    """Yield the modules that were read and hold one of a few words."""
    for module in world.modules.known():
        content = world.modules.tree.content(module.file) or b""
        if module.tree is not None and any(word in content for word in words):
            yield module


def _weight(one: Database) -> tuple[bool, bool, bool, int]:
    is_application = not f"/{one.file}".endswith("/env.py")  # which is Alembic's
    return one.is_async, bool(one.variables), is_application, -len(one.file)


def _may_make_engine(module: Module) -> bool:
    return any(name in ENGINES or name in {"sqlalchemy", "sqlmodel", "sa"} for name in module.names)


def _engine(world: World, module: Module, node: ast.Call) -> Database:
    creator = next((one.value for one in node.keywords if one.arg in _CREATORS), None)
    if creator is not None:
        return _database(world, module, node, _connected_to(module, creator))
    given = [one.value for one in node.keywords if one.arg in _URLS]
    given += [
        one for spread in node.keywords if not spread.arg for one in _in_spread(module, spread)
    ]
    return _database(world, module, node, node.args[0] if node.args else next(iter(given), None))


def _connected_to(module: Module, creator: ast.expr) -> ast.expr | None:
    """Return what a function that connects for an engine is given: `connect(URL)`."""
    made: list[ast.AST] = [creator]
    if isinstance(creator, ast.Name) and module.tree is not None:
        made = [n for n in module.tree.body if getattr(n, "name", None) == creator.id]
    for node in (inner for one in made for inner in ast.walk(one)):
        if isinstance(node, ast.Call) and last_name(node.func) == "connect":
            given = [*node.args, *(one.value for one in node.keywords if one.arg in _URLS)]
            return given[0] if given else None
    return None


def _in_spread(module: Module, spread: ast.keyword) -> list[ast.expr]:
    """Return the URL among `**parameters`, where they are written down in the module."""
    shown: list[ast.AST] = [spread.value]
    if isinstance(spread.value, ast.Name) and module.tree is not None:
        name = spread.value.id
        shown += [one for node in ast.walk(module.tree) if (one := bound_to(node, name))]
    return [
        value
        for one in shown
        if isinstance(one, ast.Dict)
        for key, value in zip(one.keys, one.values, strict=True)
        if isinstance(key, ast.Constant) and key.value in _URLS
    ]


def _database(
    world: World, module: Module, node: ast.Call, expression: ast.expr | None
) -> Database:
    trail = Trail(settings=[one for one in world.classes if fields.is_settings(one)])
    url: str | None = None
    if expression is not None:
        follow(world, module, expression, None, trail, 0)
        url = _evaluated(world, module, expression)
    scheme = SCHEME.match(url or "")
    driver = scheme[0] if scheme else _chosen(trail)
    made_async = "async" in last_name(node.func) or bool(driver and driver.endswith(_ASYNC))
    variables = tuple(trail.variables.values())
    return Database(module.file, node.lineno, made_async, driver, url, variables)


def _chosen(trail: Trail) -> str | None:
    """Return the scheme that is used where nothing is set: of several the default one."""
    told = [one.default for one in trail.variables.values() if one.part == "driver" and one.default]
    likely = [one for one in trail.schemes if any(one.startswith(name) for name in told)]
    return next(iter(likely or trail.schemes), None)


def _evaluated(world: World, module: Module, expression: ast.expr) -> str | None:
    try:
        value = core.evaluate(expression, module_frame(world, module))
        return None if isinstance(value, Unknown) else knowing.text(value)
    except Raised:
        return None
