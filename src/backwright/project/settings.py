"""Settings: fields of settings classes and plain reads of the environment."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from backwright.project.columns import class_frame
from backwright.project.interpret import fields, knowing
from backwright.project.interpret.values import Class, Instance, Module, is_external, settle
from backwright.project.interpret.world import World
from backwright.project.setting_shapes import nested_class, shape_of
from backwright.project.types import Setting

_SPOKEN = (b"env", b"config")  # a word of every way to read a variable
READERS = frozenset({"getenv", "environ", "config", "env", "Config", "Env", "get_env"})
_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


def read_settings(world: World) -> list[Setting]:
    """Return every setting of the modules that were read, by place."""
    found: dict[tuple[str, int, str], Setting] = {}
    for cls in world.classes:
        if fields.is_settings(cls):
            for one in _of_class(cls):
                found.setdefault((one.file, one.line, one.name), one)
    for module in world.modules.known():
        for one in _plain_reads(world, module):
            found.setdefault((one.file, one.line, one.name), one)
    return sorted(found.values(), key=lambda one: (one.file, one.line, one.name))


def _of_class(cls: Class) -> list[Setting]:
    found: list[Setting] = []
    delimiter = fields.configuration(cls, "env_nested_delimiter")
    for annotation in cls.annotations:
        if annotation.name.startswith("_") or annotation.name == "model_config":
            continue
        bound = settle(cls.names.get(annotation.name))
        default = bound
        if isinstance(bound, Instance) and is_external(bound.cls, "Field"):
            given = bound.args[0] if bound.args else bound.kwargs.get("default", ...)
            default = settle(given)
        required = default is ... or not annotation.assigned
        shown = None if required or default is None else knowing.text(default)
        root = str(cls.frame.world.modules.root)
        shown = shown.replace(root, ".") if shown else shown  # the same on every machine
        names = tuple(shown_variable(one) for one in fields.variables(cls, annotation.name, bound))
        shape = shape_of(annotation, class_frame(cls))
        inner = nested_class(annotation, class_frame(cls)) if shape[0] == "nested" else None
        parts = []
        if inner is not None and isinstance(delimiter, str):  # each part has a variable of its own
            parts = [
                _part(one, f"{names[0]}{delimiter.upper()}", required) for one in _of_class(inner)
            ]
        file, line = cls.module.file, annotation.line
        needed = required and not parts
        found.append(Setting(annotation.name, cls.name, names, shown, needed, file, line, *shape))
        found += parts
    return found


def _part(one: Setting, prefix: str, required: bool) -> Setting:  # noqa: FBT001
    """Return a setting within another, which is only needed if that has no default."""
    names = tuple(f"{prefix}{name}" for name in one.variables)
    return replace(one, variables=names, required=required and one.required)


def shown_variable(name: str) -> str:
    """Write a variable as people do: in capitals unless it is of mixed case (`DB_name` is not)."""
    capital = name.islower() or name.partition("_")[0].isupper()
    return name.upper() if capital else name


def _plain_reads(world: World, module: Module) -> list[Setting]:
    """Return the variables that a module reads by itself: `os.getenv("NAME", "default")`."""
    if module.tree is None or not READERS & module.names.keys() | {"os"} & module.names.keys():
        return []
    content = world.modules.tree.content(module.file) or b""
    if not any(word in content for word in _SPOKEN):
        return []
    found: list[Setting] = []
    for node in world.modules.nodes(module):
        read = environment_read(node)
        if read is not None:
            name, default = read
            line = getattr(node, "lineno", 0)
            required = default is None and isinstance(node, ast.Subscript)
            found.append(Setting(name, "", (name,), default, required, module.file, line))
    return found


def environment_read(node: ast.AST) -> tuple[str, str | None] | None:
    """Return the variable and default that an expression reads from the environment."""
    if isinstance(node, ast.Subscript):
        is_environ = _last(node.value) == "environ"
        return (name, None) if is_environ and (name := _text(node.slice)) else None
    if not isinstance(node, ast.Call) or not node.args:
        return None
    callee = node.func
    owner = _last(callee.value) if isinstance(callee, ast.Attribute) else ""
    last = _last(callee)
    reads = last in {"getenv", "config", "get_env", "env"} or owner in {"environ", "env", "config"}
    name = _text(node.args[0])
    if not reads or name is None or not _PLAIN.match(name):
        return None
    if owner in {"config", "env"} and last not in {"str", "get", "int", "bool", "list", "url"}:
        return None
    given = node.args[1] if len(node.args) > 1 else None
    given = next((one.value for one in node.keywords if one.arg == "default"), given)
    return name, _text(given) if given is not None else None


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _text(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Constant) and node.value is not None:
        return str(node.value)
    return None
