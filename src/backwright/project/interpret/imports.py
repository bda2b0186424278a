"""Imports: running a module of the project once, and binding what is taken from it."""

from __future__ import annotations

import ast

from backwright.project.interpret import core
from backwright.project.interpret.core import bind, run
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
                run([statement], frame)
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
            bind(frame, alias.asname, found or External(alias.name))
        else:
            top = frame.world.modules.absolute(frame.module, first) if found else None
            if isinstance(top, Module) and not lazily:
                execute(frame.world, top)
            bind(frame, first, top or External(first))


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
        bind(frame, alias.asname or alias.name, value)


def _missing(node: ast.ImportFrom, frame: Frame, dotted: str) -> None:
    shown = "." * node.level + dotted
    for alias in node.names:
        bind(frame, alias.asname or alias.name, Unknown(f"there is no module {shown}"))
    raise Raised(External("builtins.ImportError"), node.lineno)


def _member(
    found: Module | Namespace | None, dotted: str, name: str, frame: Frame, *, lazily: bool
) -> object:
    if found is None:
        return External(f"{dotted}.{name}")
    if isinstance(found, Module):
        if name in found.names:
            return of_module(found, name, frame)
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
    return of_module(found, name, frame)


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
            bind(frame, name, found.names[name])
        else:
            bind(frame, name, of_module(found, name, frame))


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


MISSING = Unknown("it has no such name")


def resolved(names: dict[str, object], identifier: str) -> object:
    """Return what a name is bound to; a postponed import is looked at now."""
    value = names[identifier]
    if isinstance(value, ImportRef):
        resolved = resolve(value)
        if not isinstance(resolved, ImportRef):
            names[identifier] = resolved
        return resolved
    return value


def of_module(module: Module, attr: str, frame: Frame) -> object:
    """Return a module's attribute: one of its names, a module inside it, or `__name__` and such."""
    if attr in module.names:
        return resolved(module.names, attr)
    own = module_special(module, attr, frame)
    if own is not MISSING:
        return own
    child = frame.world.modules.child(module, attr)
    if child is not None:
        return executed(frame.world, child)
    if "__getattr__" in module.names:
        return core.call_value(module.names["__getattr__"], [attr], {}, frame, None)
    return Unknown(f"{module.file} has no name {attr}")


def module_special(module: Module, attr: str, frame: Frame) -> object:
    """Return what every module has: `__name__` and such; else `MISSING`."""
    modules = frame.world.modules
    if attr == "__name__":
        return modules.name(module)
    if attr == "__file__":
        return str(module.path)
    if attr == "__package__":
        name_of = modules.name(module)
        return name_of if module.package else name_of.rpartition(".")[0]
    if attr == "__path__" and module.package:
        return [str(module.path.parent)]
    if attr == "__dict__":
        return {key: resolved(module.names, key) for key in list(module.names)}
    return None if attr == "__doc__" else MISSING
