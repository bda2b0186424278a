"""How programs find their own parts: modules by name, folders, entry points."""

from __future__ import annotations

import glob
import os
import sys
from pathlib import Path

from backwright.project.interpret import calls, core, imports, knowing, methods
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    Call,
    Class,
    External,
    Instance,
    Module,
    Namespace,
    Native,
    Unknown,
    settle,
)
from backwright.project.interpret.world import Handler


def _import_module(call: Call, callee: External) -> object:
    name = knowing.text(call.argument(0, "name"))
    package = knowing.text(call.argument(1, "package"))
    frame = call.frame
    if name is None or (name.startswith(".") and callee.last == "__import__"):
        frame.world.note(frame.module, call.line, "a module is imported by a name not known")
        return Unknown("a module is imported by a name not known")
    if name.startswith("."):
        level = len(name) - len(name.lstrip("."))
        parts = (package or "").split(".")
        name = ".".join([*parts[: len(parts) - level + 1], name.lstrip(".")]).strip(".")
    found = frame.world.modules.by_name(name, frame.module)
    if found is None:
        if frame.expects_absent and not _is_declared(call, name):
            raise Raised(External("builtins.ImportError"), call.line)
        return External(name)
    if isinstance(found, Module):
        frame.module.imports.append(found)
    return imports.executed(frame.world, found)


def _is_declared(call: Call, name: str) -> bool:
    """Tell whether a module may be there: Python's own, or one of the libraries declared.

    Where a program expects it to be missing, one that nobody declares is taken as missing.
    """
    first = name.partition(".")[0]
    libraries = call.frame.world.modules.libraries
    return first in sys.stdlib_module_names or first.replace("_", "-").lower() in {
        one.replace("_", "-").lower() for one in libraries
    }


def _find_spec(call: Call, callee: External) -> object:
    """Model `importlib.util.find_spec` of a module of the project."""
    name = knowing.text(call.argument(0, "name"))
    found = call.frame.world.modules.by_name(name, call.frame.module) if name else None
    if found is None:
        return calls.library_instance(callee, call)
    folder = found.path.parent if isinstance(found, Module) else found.path
    is_package = not isinstance(found, Module) or found.package
    spec = Instance(External("importlib.machinery.ModuleSpec"))
    spec.attributes.update(
        name=name,
        origin=str(found.path),
        submodule_search_locations=[str(folder)] if is_package else None,
    )
    return spec


def _resources(call: Call, callee: External) -> object:
    """Model `importlib.resources.files`: the folder of a package of the project."""
    given = settle(call.argument(0, "anchor", call.frame.module))
    name = knowing.text(given)
    found = call.frame.world.modules.by_name(name, call.frame.module) if name else given
    if isinstance(found, Module):
        return found.path.parent
    return found.path if isinstance(found, Namespace) else calls.library_instance(callee, call)


def _iter_modules(call: Call, callee: External) -> object:
    """Model `pkgutil.iter_modules` and `walk_packages` over folders of the project."""
    known = knowing.elements(call.argument(0, "path")) or []
    prefix = settle(call.argument(1, "prefix", ""))
    deep = callee.last == "walk_packages"
    found: list[object] = []
    for folder in known:
        shown = knowing.text(folder)
        if shown is not None and isinstance(prefix, str):
            _add_modules(Path(shown), prefix, call, found, deep=deep)
    return found


def _add_modules(folder: Path, prefix: str, call: Call, found: list[object], *, deep: bool) -> None:
    modules = call.frame.world.modules
    package = Namespace(folder)
    try:
        names = sorted({one.stem for one in folder.iterdir() if not one.name.startswith("__")})
    except OSError:
        return
    for name in names:
        child = modules.child(package, name)
        if not isinstance(child, Module):
            continue
        found.append(methods.ModuleInfo((Unknown("a finder"), prefix + name, child.package)))
        if deep and child.package:
            _add_modules(folder / name, f"{prefix}{name}.", call, found, deep=deep)


def _listdir(call: Call, callee: External) -> object:  # noqa: ARG001
    folder = knowing.text(call.argument(0, "path"))
    root = call.frame.world.modules.root
    path = Path(folder) if folder else None
    if path is None or (path != root and root not in path.parents):
        return Unknown("a folder outside of the project is listed")
    try:
        return sorted(one.name for one in path.iterdir())
    except OSError:
        return []


def _glob(call: Call, callee: External) -> object:  # noqa: ARG001
    pattern = knowing.text(call.argument(0, "pathname"))
    root = str(call.frame.world.modules.root)
    if pattern is None or not pattern.startswith(root):
        return Unknown("a folder outside of the project is listed")
    return sorted(glob.glob(pattern, recursive=True))[: methods.MANY_FILES]  # noqa: PTH207


def _path(call: Call, callee: External) -> object:  # noqa: ARG001
    values = [knowing.text(one) for one in call.args]
    known = [one for one in values if one is not None]
    return Path(*known) if len(known) == len(values) else Unknown("a path is not known")


def _walk(call: Call, callee: External) -> object:  # noqa: ARG001
    """Model `os.walk` over folders of the project, sorted."""
    shown = knowing.text(call.argument(0, "top"))
    root = call.frame.world.modules.root
    if shown is None or root not in (Path(shown), *Path(shown).parents):
        return Unknown("a folder outside of the project is listed")
    found = [(top, sorted(folders), sorted(files)) for top, folders, files in os.walk(shown)]
    return sorted(found, key=lambda one: one[0])[: methods.MANY_FILES]


def _getmembers(call: Call, callee: External) -> object:  # noqa: ARG001
    value = settle(call.args[0])
    found = core.attribute(value, "__dict__", call.frame)
    if not isinstance(found, dict):
        return Unknown("its members are not known")
    test = call.argument(1, "predicate")
    members = sorted((str(key), one) for key, one in found.items())
    if test is None:
        return members
    kept: list[object] = []
    for key, one in members:
        if knowing.truth(core.call_value(test, [one], {}, call.frame, call.node)):
            kept.append((key, one))
    return kept


def _vars(call: Call, callee: External) -> object:
    value = settle(call.args[0]) if call.args else call.frame.module
    if isinstance(value, (Module, Class, Instance)):
        found = core.attribute(value, "__dict__", call.frame)
        known = found if isinstance(found, dict) else {}
        return sorted(map(str, known)) if callee.last == "dir" else known
    if callee.last == "globals":
        return call.frame.module.names
    return Unknown("its names are not known")


def _entry_points(call: Call, callee: External) -> object:
    """Model `importlib.metadata.entry_points` for the groups that the project itself declares."""
    given = call.kwargs.get("group", call.args[0] if call.args else None)
    group = knowing.text(given) if given is not None else None
    if group is None:
        return calls.library_instance(callee, call)
    declared = call.frame.world.entry_points.get(group, {})
    return [_entry_point(call, name, target) for name, target in sorted(declared.items())]


def _entry_point(call: Call, name: str, target: str) -> Instance:
    made = Instance(External("importlib.metadata.EntryPoint"))
    module, _, attr = target.partition(":")

    def load(outer: Call) -> object:
        inner = Call(outer.frame, outer.node, [module], {})
        found = _import_module(inner, External("importlib.import_module"))
        for part in attr.split(".") if attr else []:
            found = core.attribute(found, part, call.frame)
        return found

    made.attributes.update(name=name, value=target, load=Native("load", load))
    return made


HANDLERS: dict[str, Handler] = {
    **{f"builtins.{name}": _vars for name in ("vars", "dir", "globals", "locals")},
    "builtins.__import__": _import_module,
    "glob.glob": _glob,
    "importlib.import_module": _import_module,
    "importlib.resources.files": _resources,
    "importlib.util.find_spec": _find_spec,
    **{
        f"{name}.entry_points{how}": _entry_points
        for name in ("importlib.metadata", "importlib_metadata")
        for how in ("", "().get", "().select")
    },
    "inspect.getmembers": _getmembers,
    "os.listdir": _listdir,
    "os.walk": _walk,
    "pathlib.Path": _path,
    "pkg_resources.iter_entry_points": _entry_points,
    "pkgutil.iter_modules": _iter_modules,
    "pkgutil.walk_packages": _iter_modules,
}
