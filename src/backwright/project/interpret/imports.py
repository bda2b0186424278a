"""Imports: running a module of the project once, and binding what is taken from it."""

from __future__ import annotations

import ast

from backwright.project.interpret import lookup, statements
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    External,
    Frame,
    ImportRef,
    Module,
    Namespace,
    Unknown,
)
from backwright.project.interpret.world import World, module_frame


def run_root(world: World, module: Module) -> None:
    """Run a module that a person or tool would start, or import first."""
    world.roots.append(module)
    execute(world, module)


def execute(world: World, module: Module) -> None:
    """Run a module's own code, once; what it imports is run first, as in Python."""
    if module.state != "new":
        return
    for package in _packages(world, module):
        module.imports.append(package)
        execute(world, package)
    if module.state != "new":
        return  # its package has imported it
    tree = world.modules.parse(module)
    module.state = "running"
    if tree is not None:
        frame = module_frame(world, module)
        for statement in tree.body:
            try:
                statements.run([statement], frame)
            except Raised as raised:
                world.note(module, raised.line, "an error is raised here when it is imported")
            except Exception as error:
                why = f"this could not be followed: {type(error).__name__}: {error}"
                world.note(module, statement.lineno, why)
    module.state = "done"


def _packages(world: World, module: Module) -> list[Module]:
    """Return the packages around a module, outermost first, which Python imports before it."""
    above: list[Module] = []
    folder = module.folder
    if module.package:
        folder = folder.rpartition("/")[0]
    while folder and (file := f"{folder}/__init__.py") in world.modules.files:
        above.append(world.modules.module(file))
        folder = folder.rpartition("/")[0]
    return list(reversed(above))


def executed(world: World, module: Module | Namespace) -> Module | Namespace:
    """Return a module after running it."""
    if isinstance(module, Module):
        execute(world, module)
    return module


def import_statement(node: ast.Import, frame: Frame, *, lazily: bool = False) -> None:
    """Run `import a.b, c as d`."""
    for alias in node.names:
        found = _import(frame, alias.name, lazily=lazily)
        first = alias.name.partition(".")[0]
        if alias.asname:
            lookup.bind(frame, alias.asname, found or External(alias.name))
        else:
            top = frame.world.modules.absolute(frame.module, first) if found else None
            if isinstance(top, Module) and not lazily:
                execute(frame.world, top)
            lookup.bind(frame, first, top or External(first))


def _import(frame: Frame, dotted: str, *, lazily: bool) -> Module | Namespace | None:
    found = frame.world.modules.absolute(frame.module, dotted)
    if isinstance(found, Module) and not lazily:
        _reached(frame, found)
        execute(frame.world, found)
    return found


def _reached(frame: Frame, module: Module) -> None:
    if module not in frame.module.imports:
        frame.module.imports.append(module)


def import_from(node: ast.ImportFrom, frame: Frame, *, lazily: bool = False) -> None:
    """Run `from a.b import c as d`; names of libraries become `External`."""
    dotted = node.module or ""
    modules = frame.world.modules
    if node.level:
        found = modules.relative(frame.module, node.level, dotted)
        if found is None:
            _missing(node, frame, dotted)
            return
    else:
        found = modules.absolute(frame.module, dotted)
    if isinstance(found, Module) and not lazily:
        _reached(frame, found)
        execute(frame.world, found)
    for alias in node.names:
        if alias.name == "*":
            _import_all(found, dotted, frame)
            continue
        value = _member(found, dotted, alias.name, frame, lazily=lazily)
        lookup.bind(frame, alias.asname or alias.name, value)


def _missing(node: ast.ImportFrom, frame: Frame, dotted: str) -> None:
    shown = "." * node.level + dotted
    for alias in node.names:
        lookup.bind(frame, alias.asname or alias.name, Unknown(f"there is no module {shown}"))
    raise Raised(External("builtins.ImportError"), node.lineno)


def _member(
    found: Module | Namespace | None, dotted: str, name: str, frame: Frame, *, lazily: bool
) -> object:
    if found is None:
        return External(f"{dotted}.{name}")
    if isinstance(found, Module):
        if name in found.names:
            return lookup.of_module(found, name, frame)
        if lazily or found.state != "done":
            child = frame.world.modules.child(found, name)
            if child is None or lazily:
                return ImportRef(child or found, None if child else name, frame.world)
    child = frame.world.modules.child(found, name)
    if isinstance(child, Module):
        _reached(frame, child)
        return executed(frame.world, child)
    if child is not None:
        return child
    if isinstance(found, Namespace):
        return External(f"{dotted}.{name}")
    return lookup.of_module(found, name, frame)


def _import_all(found: Module | Namespace | None, dotted: str, frame: Frame) -> None:
    if not isinstance(found, Module):
        frame.module.stars.append(dotted)
        return
    listed = found.names.get("__all__")
    wanted = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else None
    if wanted is None:
        wanted = [name for name in found.names if not name.startswith("_")]
    for name in wanted:
        if name in found.names:
            lookup.bind(frame, name, found.names[name])
        else:
            lookup.bind(frame, name, lookup.of_module(found, name, frame))


def resolve(reference: ImportRef) -> object:
    """Return what a postponed import means now; the reference itself while still unknown."""
    module = reference.module
    if isinstance(module, Module):
        execute(reference.world, module)
    if reference.name is None or not isinstance(module, Module):
        return module
    if reference.name in module.names:
        value = module.names[reference.name]
        return value if not isinstance(value, ImportRef) or value is reference else resolve(value)
    return reference
