"""The database's engine, and which environment variables its URL is made of.

The URL's expression is followed backwards: through names, settings and their properties and
validators, functions and imports, to the variables that are read in the end.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from backwright.project.annotations import class_of, read_type
from backwright.project.apps import is_test
from backwright.project.columns import class_frame
from backwright.project.interpret import expressions, fields
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    Class,
    Instance,
    Module,
    Unknown,
    is_external,
    settle,
)
from backwright.project.interpret.world import World, module_frame
from backwright.project.settings import environment_read, shown_variable
from backwright.project.types import Database, DatabaseVariable, UrlPart
from backwright.source.syntax import nodes

# What connects in place of an engine, whose URL then says no more than the dialect.
_CREATORS = frozenset({"creator", "async_creator"})
ENGINES = frozenset({"create_engine", "create_async_engine", "create_pool", "async_create_engine"})
_SCHEME = re.compile(r"^(postgres(?:ql)?|sqlite|mysql|mariadb|mssql|oracle)(\+\w+)?(?=:|$)")
_ASYNC = ("asyncpg", "aiosqlite", "aiomysql", "asyncmy", "psycopg_async", "aiopg")
_PARTS: tuple[tuple[UrlPart, re.Pattern[str]], ...] = (
    ("url", re.compile(r"(?i)ur[li]$|dsn|ur[li]_|connection_?string|^database$")),
    ("password", re.compile(r"(?i)pass|pwd|secret")),
    ("user", re.compile(r"(?i)user|login|owner")),
    ("port", re.compile(r"(?i)port$|_port")),
    ("host", re.compile(r"(?i)host|server|address|socket")),
    ("driver", re.compile(r"(?i)driver|scheme|prefix|dialect|engine|type|protocol|backend")),
    ("database", re.compile(r"(?i)db|database|name|path|file")),
)
_KEYWORDS: dict[str, UrlPart] = {
    "drivername": "driver",
    "scheme": "driver",
    "username": "user",
    "user": "user",
    "password": "password",
    "host": "host",
    "hostname": "host",
    "port": "port",
    "database": "database",
    "path": "database",
    "dbname": "database",
}
_URLS = frozenset({"url", "dsn"})
_DEEPEST = 14


@dataclass(slots=True)
class _Trail:
    """What was found on the way back from a URL; `settings` is the project's settings classes."""

    variables: dict[str, DatabaseVariable] = field(default_factory=dict)
    schemes: list[str] = field(default_factory=list)
    seen: set[tuple[int, str]] = field(default_factory=set)
    settings: list[Class] = field(default_factory=list)


def read_database(world: World) -> Database | None:
    """Return the project's main engine: of several, the one that most is known of."""
    found: list[Database] = []
    for module in world.modules.known():
        if module.tree is None or is_test(module.file) or not _may_make_engine(module):
            continue
        found += [
            _engine(world, module, node)
            for node in world.modules.nodes(module)
            if isinstance(node, ast.Call) and _last(node.func) in ENGINES
        ]
    found = [one for one in found if one.url or one.driver or one.variables]
    return max(found, key=_weight, default=None) or _of_migrations(world)


def _of_migrations(world: World) -> Database | None:
    """Return what Alembic's `env.py` is told, where no engine's URL is written down."""
    for module in world.modules.known():
        if module.tree is None or "set_main_option" not in ast.dump(module.tree):
            continue
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or _last(node.func) != "set_main_option":
                continue
            if len(node.args) == 2 and getattr(node.args[0], "value", "") == "sqlalchemy.url":
                told = _database(world, module, node, node.args[1])
                if told.url or told.driver or told.variables:
                    return told
    return None


def _weight(one: Database) -> tuple[bool, bool, int]:
    return one.is_async, bool(one.variables), -len(one.file)


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
        if isinstance(node, ast.Call) and _last(node.func) == "connect":
            given = [*node.args, *(one.value for one in node.keywords if one.arg in _URLS)]
            return given[0] if given else None
    return None


def _in_spread(module: Module, spread: ast.keyword) -> list[ast.expr]:
    """Return the URL among `**parameters`, where they are written down in the module."""
    shown: list[ast.AST] = [spread.value]
    if isinstance(spread.value, ast.Name) and module.tree is not None:
        name = spread.value.id
        shown += [one for node in ast.walk(module.tree) if (one := _bound_to(node, name))]
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
    trail = _Trail(settings=[one for one in world.classes if fields.is_settings(one)])
    url: str | None = None
    if expression is not None:
        _follow(world, module, expression, None, trail, 0)
        url = _evaluated(world, module, expression)
    scheme = _SCHEME.match(url or "")
    driver = scheme[0] if scheme else _chosen(trail)
    made_async = "async" in _last(node.func) or bool(driver and driver.endswith(_ASYNC))
    variables = tuple(trail.variables.values())
    return Database(module.file, node.lineno, made_async, driver, url, variables)


def _chosen(trail: _Trail) -> str | None:
    """Return the scheme that is used where nothing is set: of several the default one."""
    told = [one.default for one in trail.variables.values() if one.part == "driver" and one.default]
    likely = [one for one in trail.schemes if any(one.startswith(name) for name in told)]
    return next(iter(likely or trail.schemes), None)


def _evaluated(world: World, module: Module, expression: ast.expr) -> str | None:
    try:
        value = expressions.evaluate(expression, module_frame(world, module))
        return None if isinstance(value, Unknown) else expressions.text(value)
    except Raised:
        return None


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _follow(
    world: World, module: Module, node: ast.AST, part: UrlPart | None, trail: _Trail, depth: int
) -> None:
    """Follow one expression back; `part` is what the call around it says it is."""
    if depth > _DEEPEST:
        return
    read = environment_read(node)
    if read is not None:
        _add(trail, read[0], read[1], part)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        _take_text(node.value, None, trail)
    elif isinstance(node, ast.Name):
        _follow_name(world, module, node.id, part, trail, depth)
    elif isinstance(node, ast.Attribute):
        _follow_attribute(world, module, node, part, trail, depth)
    elif isinstance(node, ast.Call):
        _follow_call(world, module, node, part, trail, depth)
    else:
        for child in ast.iter_child_nodes(node):
            _follow(world, module, child, part, trail, depth + 1)


def _follow_call(
    world: World, module: Module, node: ast.Call, part: UrlPart | None, trail: _Trail, depth: int
) -> None:
    for argument in node.args:
        _follow(world, module, argument, part, trail, depth + 1)
    for keyword in node.keywords:
        told = _KEYWORDS.get(keyword.arg or "", part)
        _follow(world, module, keyword.value, told, trail, depth + 1)
    _follow(world, module, node.func, part, trail, depth + 1)


def _follow_name(
    world: World, module: Module, name: str, part: UrlPart | None, trail: _Trail, depth: int
) -> None:
    """Follow a name to everything in its module that binds it, or to where it is imported from."""
    key = (id(module), name)
    if key in trail.seen or module.tree is None:
        return
    trail.seen.add(key)
    for node in world.modules.nodes(module):
        given = _bound_to(node, name)
        if given is not None:
            _follow(world, module, given, part, trail, depth + 1)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            _follow_body(world, module, node, trail, depth)
        elif isinstance(node, ast.ImportFrom):
            wanted = next((one for one in node.names if (one.asname or one.name) == name), None)
            source = _imported(world, module, node) if wanted else None
            if source is not None and wanted is not None:
                _follow_name(world, source, wanted.name, part, trail, depth + 1)


def _bound_to(node: ast.AST, name: str) -> ast.expr | None:
    """Return the expression that an assignment gives to a name (or attribute of that name)."""
    if isinstance(node, ast.Assign):
        return node.value if any(_last(one) == name for one in node.targets) else None
    is_it = isinstance(node, ast.AnnAssign) and _last(node.target) == name
    return node.value if isinstance(node, ast.AnnAssign) and is_it else None


def _imported(world: World, module: Module, node: ast.ImportFrom) -> Module | None:
    modules = world.modules
    if node.level:
        found = modules.relative(module, node.level, node.module or "")
    else:
        found = modules.absolute(module, node.module or "")
    return found if isinstance(found, Module) else None


def _follow_body(
    world: World,
    module: Module,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    trail: _Trail,
    depth: int,
) -> None:
    """Follow what a function returns, and what it reads by name from a settings object."""
    owner = _class_around(world, module, node)
    for inner in nodes(node):
        read = environment_read(inner)
        if read is not None:
            _add(trail, read[0], read[1], None)
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            _take_text(inner.value, owner, trail)
        elif isinstance(inner, ast.keyword) and inner.arg in _KEYWORDS:
            _follow(world, module, inner.value, _KEYWORDS[inner.arg], trail, depth + 1)
        elif isinstance(inner, ast.Attribute):
            own = [owner] if owner is not None and _is_of_self(inner, node) else None
            _follow_attribute(world, module, inner, None, trail, depth + 1, own)
        elif isinstance(inner, ast.Return) and isinstance(inner.value, ast.Name):
            _follow_name(world, module, inner.value.id, None, trail, depth + 1)


def _is_of_self(node: ast.Attribute, method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = next(iter(method.args.args), None)
    return isinstance(node.value, ast.Name) and first is not None and node.value.id == first.arg


def _take_text(text: str, owner: Class | None, trail: _Trail) -> None:
    """Take a scheme from a piece of a URL, and a field from `values["FIELD"]` in a validator."""
    scheme = _SCHEME.match(text)
    if scheme:
        trail.schemes.append(scheme[0])
    if owner is not None and fields.declared(owner, text):
        _add_field(owner, text, None, trail)


def _class_around(world: World, module: Module, node: ast.AST) -> Class | None:
    for cls in world.classes:
        if cls.module is module and node in cls.node.body:
            return cls
    return None


def _follow_attribute(
    world: World,
    module: Module,
    node: ast.Attribute,
    part: UrlPart | None,
    trail: _Trail,
    depth: int,
    known: list[Class] | None = None,
) -> None:
    """Follow `settings.name`: a field is a variable, a property or method is followed."""
    is_text = isinstance(node.value, (ast.Constant, ast.JoinedStr))
    owners = known or ([] if is_text else _owners(world, module, node, trail))
    if not owners:
        _follow(world, module, node.value, part, trail, depth + 1)
        return
    for cls in owners:
        key = (id(cls), node.attr)
        if key in trail.seen:
            continue
        trail.seen.add(key)
        is_field = fields.declared(cls, node.attr) is not None
        if is_field and fields.is_settings(cls):
            _add_field(cls, node.attr, part, trail)
            _follow_validators(world, cls, node.attr, trail, depth)
        _follow_name(world, cls.module, node.attr, part, trail, depth + 1)


def _owners(world: World, module: Module, node: ast.Attribute, trail: _Trail) -> list[Class]:
    """Return the class of the object that an attribute is read from, else any that has it."""
    base = _base_class(world, module, node.value)
    if base is not None:
        return [base]
    holders = trail.settings
    parts = _held_as(holders, _last(node.value)) if isinstance(node.value, ast.Attribute) else []
    if parts:
        return parts
    return [
        one
        for one in holders
        if node.attr in one.names or any(a.name == node.attr for a in one.annotations)
    ][:2]


def _held_as(holders: list[Class], name: str) -> list[Class]:
    """Return the classes of the settings that settings keep under a name: `settings.db`."""
    kept = (
        class_of(read_type(field.node, class_frame(holder)))
        for holder in holders
        for field in holder.annotations
        if field.name == name
    )
    return [one for one in kept if isinstance(one, Class)]


def _base_class(world: World, module: Module, node: ast.expr) -> Class | None:
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Call)):
        return None
    try:
        value = settle(expressions.evaluate(node, module_frame(world, module)))
    except Raised:
        return None
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        return value.cls
    return value if isinstance(value, Class) else None


def _follow_validators(world: World, cls: Class, name: str, trail: _Trail, depth: int) -> None:
    """Follow the validators of a field, which may put the URL together from other fields."""
    for node in cls.node.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        texts = {
            one.value
            for decorator in node.decorator_list
            for one in nodes(decorator)
            if isinstance(one, ast.Constant)
        }
        if name in texts:
            _follow_body(world, cls.module, node, trail, depth)


def _add_field(cls: Class, name: str, part: UrlPart | None, trail: _Trail) -> None:
    where = fields.declared(cls, name)
    if where is None or not fields.is_settings(cls):
        return
    bound = settle(where[0].names.get(name))
    default = bound
    if isinstance(bound, Instance) and is_external(bound.cls, "Field"):
        default = settle(bound.args[0] if bound.args else bound.kwargs.get("default"))
    shown = expressions.text(default) if default is not None and default is not ... else None
    for variable in fields.variables(cls, name, bound):
        _add(trail, shown_variable(variable), shown, part)


def _add(trail: _Trail, name: str, default: str | None, part: UrlPart | None) -> None:
    if name in trail.variables:
        return
    by_name: list[UrlPart] = [kind for kind, pattern in _PARTS if pattern.search(name)]
    told = part if part is not None else (by_name[0] if by_name else "other")
    scheme = _SCHEME.match(default or "")
    if scheme and ":" in (default or ""):
        told = "url"
        trail.schemes.append(scheme[0])
    trail.variables[name] = DatabaseVariable(name, told, default)
