"""Where the database's address comes from: its expression followed back to variables.

Names, settings with their properties and validators, functions and imports are followed to the
variables that are read in the end.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from backwright.project.annotations import class_of, last_name, read_type
from backwright.project.columns import class_frame
from backwright.project.interpret import core, fields, knowing
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    Class,
    Instance,
    Module,
    is_external,
    settle,
)
from backwright.project.interpret.world import World, module_frame
from backwright.project.settings import environment_read, shown_variable
from backwright.project.types import DatabaseVariable, UrlPart
from backwright.source.syntax import nodes

SCHEME = re.compile(r"^(postgres(?:ql)?|sqlite|mysql|mariadb|mssql|oracle)(\+\w+)?(?=:|$)")
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
_DEEPEST = 14


@dataclass(slots=True)
class Trail:
    """What was found on the way back from a URL; `settings` is the project's settings classes."""

    variables: dict[str, DatabaseVariable] = field(default_factory=dict)
    schemes: list[str] = field(default_factory=list)
    seen: set[tuple[int, str]] = field(default_factory=set)
    settings: list[Class] = field(default_factory=list)


def follow(
    world: World, module: Module, node: ast.AST, part: UrlPart | None, trail: Trail, depth: int
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
            follow(world, module, child, part, trail, depth + 1)


def _follow_call(
    world: World, module: Module, node: ast.Call, part: UrlPart | None, trail: Trail, depth: int
) -> None:
    for argument in node.args:
        follow(world, module, argument, part, trail, depth + 1)
    for keyword in node.keywords:
        told = _KEYWORDS.get(keyword.arg or "", part)
        follow(world, module, keyword.value, told, trail, depth + 1)
    follow(world, module, node.func, part, trail, depth + 1)


def _follow_name(
    world: World, module: Module, name: str, part: UrlPart | None, trail: Trail, depth: int
) -> None:
    """Follow a name to everything in its module that binds it, or to where it is imported from."""
    key = (id(module), name)
    if key in trail.seen or module.tree is None:
        return
    trail.seen.add(key)
    for node in world.modules.nodes(module):
        given = bound_to(node, name)
        if given is not None:
            follow(world, module, given, part, trail, depth + 1)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            _follow_body(world, module, node, trail, depth)
        elif isinstance(node, ast.ImportFrom):
            wanted = next((one for one in node.names if (one.asname or one.name) == name), None)
            source = _imported(world, module, node) if wanted else None
            if source is not None and wanted is not None:
                _follow_name(world, source, wanted.name, part, trail, depth + 1)


def bound_to(node: ast.AST, name: str) -> ast.expr | None:
    """Return the expression that an assignment gives to a name (or attribute of that name)."""
    if isinstance(node, ast.Assign):
        return node.value if any(last_name(one) == name for one in node.targets) else None
    is_it = isinstance(node, ast.AnnAssign) and last_name(node.target) == name
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
    trail: Trail,
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
            follow(world, module, inner.value, _KEYWORDS[inner.arg], trail, depth + 1)
        elif isinstance(inner, ast.Attribute):
            own = [owner] if owner is not None and _is_of_self(inner, node) else None
            _follow_attribute(world, module, inner, None, trail, depth + 1, own)
        elif isinstance(inner, ast.Return) and isinstance(inner.value, ast.Name):
            _follow_name(world, module, inner.value.id, None, trail, depth + 1)


def _is_of_self(node: ast.Attribute, method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = next(iter(method.args.args), None)
    return isinstance(node.value, ast.Name) and first is not None and node.value.id == first.arg


def _take_text(text: str, owner: Class | None, trail: Trail) -> None:
    """Take a scheme from a piece of a URL, and a field from `values["FIELD"]` in a validator."""
    scheme = SCHEME.match(text)
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
    trail: Trail,
    depth: int,
    known: list[Class] | None = None,
) -> None:
    """Follow `settings.name`: a field is a variable, a property or method is followed."""
    source = _module_of(world, module, node.value)
    if source is not None:
        _follow_name(world, source, node.attr, part, trail, depth + 1)
        return
    is_text = isinstance(node.value, (ast.Constant, ast.JoinedStr))
    owners = known or ([] if is_text else _owners(world, module, node, trail))
    if not owners:
        follow(world, module, node.value, part, trail, depth + 1)
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


def _module_of(world: World, module: Module, node: ast.expr) -> Module | None:
    """Return the module of the project that an attribute is read from: `config.DATABASE_URL`."""
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return None
    try:
        value = settle(core.evaluate(node, module_frame(world, module)))
    except Raised:
        return None
    return value if isinstance(value, Module) else None


def _owners(world: World, module: Module, node: ast.Attribute, trail: Trail) -> list[Class]:
    """Return the class of the object that an attribute is read from, else any that has it."""
    base = _base_class(world, module, node.value)
    if base is not None:
        return [base]
    holders = trail.settings
    parts = (
        _held_as(holders, last_name(node.value)) if isinstance(node.value, ast.Attribute) else []
    )
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
        value = settle(core.evaluate(node, module_frame(world, module)))
    except Raised:
        return None
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        return value.cls
    return value if isinstance(value, Class) else None


def _follow_validators(world: World, cls: Class, name: str, trail: Trail, depth: int) -> None:
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


def _add_field(cls: Class, name: str, part: UrlPart | None, trail: Trail) -> None:
    where = fields.declared(cls, name)
    if where is None or not fields.is_settings(cls):
        return
    bound = settle(where[0].names.get(name))
    default = bound
    if isinstance(bound, Instance) and is_external(bound.cls, "Field"):
        default = settle(bound.args[0] if bound.args else bound.kwargs.get("default"))
    shown = knowing.text(default) if default is not None and default is not ... else None
    for variable in fields.variables(cls, name, bound):
        _add(trail, shown_variable(variable), shown, part)


def _add(trail: Trail, name: str, default: str | None, part: UrlPart | None) -> None:
    if name in trail.variables:
        return
    by_name: list[UrlPart] = [kind for kind, pattern in _PARTS if pattern.search(name)]
    told = part if part is not None else (by_name[0] if by_name else "other")
    scheme = SCHEME.match(default or "")
    if scheme and ":" in (default or ""):
        told = "url"
        trail.schemes.append(scheme[0])
    trail.variables[name] = DatabaseVariable(name, told, default)
