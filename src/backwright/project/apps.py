"""Finding the applications: objects of modules, and what factories make that nobody calls."""

from __future__ import annotations

import ast
import contextlib
import re
from dataclasses import dataclass

from backwright.project.annotations import last_name
from backwright.project.files import Tree
from backwright.project.interpret import ancestry, core, framework, imports
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    Class,
    External,
    Frame,
    Function,
    Instance,
    Module,
    settle,
)
from backwright.project.interpret.world import (
    STEPS_OF_A_CALL,
    STEPS_OF_A_START,
    World,
    module_frame,
)
from backwright.project.routes import _application
from backwright.source.syntax import nodes

_APP = re.compile(rb"\b(?:FastAPI|Starlette|FastAPIOffline|Cadwyn)\b")
_MAIN = re.compile(rb"__name__\s*==\s*[\"']__main__")
_TEST = re.compile(r"(^|/)(tests?|testing|tests\.py|conftest\.py|test_[^/]*|[^/]*_test\.py)(/|$)")


@dataclass(frozen=True, slots=True, eq=False)
class FoundApp:
    """An application, the object that holds it, and where it was made."""

    object: str
    instance: Instance
    file: str
    line: int


def is_test(file: str) -> bool:
    """Tell whether a file belongs to tests."""
    return _TEST.search(file) is not None


def find_apps(world: World, tree: Tree) -> list[FoundApp]:
    """Run the modules that may make applications, and return the applications, by file.

    An application mounted in another one is part of that one and not listed by itself.
    """
    roots = [file for file in tree.python if not is_test(file) and _may_make_app(tree, file)]
    for file in sorted(roots, key=lambda file: (file.count("/"), file)):
        imports.run_root(world, world.modules.module(file))
    _run_callers(world, tree, set(roots))
    found = _module_apps(world)
    found += _factory_apps(world, roots, {id(one.instance) for one in found})
    found += _started_apps(world, tree) if not found else []
    found += _made_by_methods(world, roots, {id(one.instance) for one in found})
    _run_lifespans(world, found)
    inner = {id(app) for one in found for app in _mounted(one.instance)}
    kept = [one for one in found if id(one.instance) not in inner]
    return sorted(kept, key=lambda one: (one.file, one.line, one.object))


def _run_callers(world: World, tree: Tree, done: set[str]) -> None:
    """Run the modules that call a factory of applications by its name: `app = create_app()`."""
    names = {
        function.name
        for function in world.functions
        if function.module.file in done and not function.calls and _makes_app(function)
    }
    names |= {
        function.name
        for function in world.functions
        if names and function.owner is None and _calls(function, names)
    }
    if not names:
        return
    called = re.compile(rb"\b(?:" + b"|".join(sorted(name.encode() for name in names)) + rb")\(")
    for file in tree.python:
        if file not in done and not is_test(file):
            content = tree.content(file)
            if content is not None and called.search(content):
                imports.run_root(world, world.modules.module(file))


def _run_lifespans(world: World, found: list[FoundApp]) -> None:
    """Follow what an application runs when it starts: some register their routes only then."""
    for one in found:
        for target in framework.held(one.instance, "startup"):
            function = settle(target)
            if not isinstance(function, Function) or isinstance(function.node, ast.Lambda):
                continue
            takes_app = bool(function.node.args.args)
            frame = module_frame(world, function.module)
            with contextlib.suppress(Raised):
                args: list[object] = [one.instance] if takes_app else []
                _bounded(world, function, args, frame, STEPS_OF_A_START)


def _may_make_app(tree: Tree, file: str) -> bool:
    """Tell whether a file speaks of an application class, or cannot be read (and is noted so)."""
    content = tree.content(file)
    if content is None or content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return True
    return _APP.search(content) is not None


def _module_apps(world: World) -> list[FoundApp]:
    """Return the applications that names of modules hold, each once, where it is made first."""
    found: dict[int, tuple[tuple[bool, bool, int, str], FoundApp]] = {}
    for module in world.modules.known():
        if is_test(module.file):
            continue
        for name, value in module.names.items():
            app = _application(value) if isinstance(value, Instance) else None
            if app is None or not framework.is_app(app):
                continue
            shown = f"{world.modules.name(module)}:{name}"
            one = FoundApp(shown, app, app.file or module.file, app.line)
            rank = (one.file != module.file, value is not app, module.file.count("/"), module.file)
            if id(app) not in found or rank < found[id(app)][0]:
                found[id(app)] = rank, one
    return [one for _, one in found.values()]


def _factory_apps(world: World, roots: list[str], known: set[int]) -> list[FoundApp]:
    """Call functions that nobody called and that make an application; return what they made."""
    found: list[FoundApp] = []
    files = set(roots)
    for function in list(world.functions):
        if function.module.file not in files or function.calls or not _makes_app(function):
            continue
        before = len(world.instances)
        frame = module_frame(world, function.module)
        _call_factory(function, frame)
        made = [one for one in world.instances[before:] if framework.is_app(one)]
        for app in made:
            if id(app) not in known:
                known.add(id(app))
                shown = f"{world.modules.name(function.module)}:{function.qualname}()"
                found.append(FoundApp(shown, app, app.file or function.module.file, app.line))
    return found


def _started_apps(world: World, tree: Tree) -> list[FoundApp]:
    """Start the programs, where no module holds an application: a method may make it then."""
    before = len(world.instances)
    for file in tree.python:
        content = tree.content(file) or b""
        if is_test(file) or not _MAIN.search(content):
            continue
        module = world.modules.module(file)
        imports.run_root(world, module)
        for statement in module.tree.body if module.tree is not None else ():
            if isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test):
                _bounded_run(world, statement.body, module)
    made = [one for one in world.instances[before:] if framework.is_app(one)]
    return [FoundApp(_maker(world, one), one, one.file, one.line) for one in made]


def _made_by_methods(world: World, roots: list[str], known: set[int]) -> list[FoundApp]:
    """Make an instance of classes that nobody makes one of and that build an application.

    A method of theirs that still nobody called then is called, too.
    """
    before, files = len(world.instances), set(roots)
    for function in list(world.functions):
        cls = function.owner
        if cls is None or function.module.file not in files or function.calls:
            continue
        if "." in cls.qualname or not _speaks_of_app(function):
            continue
        frame = module_frame(world, function.module)
        with contextlib.suppress(Raised):
            receiver = _receiver(world, cls, frame)
            if not function.calls and isinstance(receiver, Instance):
                _bounded(world, core.attribute(receiver, function.name, frame), [], frame)
    made = [one for one in world.instances[before:] if framework.is_app(one)]
    return [
        FoundApp(_maker(world, one), one, one.file, one.line)
        for one in made
        if id(one) not in known
    ]


def _receiver(world: World, cls: Class, frame: Frame) -> object:
    """Return an instance of a class: the first that the program made, else one without arguments."""
    there = next((one for one in world.instances if one.cls is cls), None)
    return there if there is not None else _bounded(world, cls, [], frame)


def _bounded_run(world: World, body: list[ast.stmt], module: Module) -> None:
    kept = world.steps
    world.steps = min(kept, STEPS_OF_A_CALL)
    with contextlib.suppress(Raised):
        core.run(body, module_frame(world, module))
    world.steps = kept - STEPS_OF_A_CALL + max(world.steps, 0)


def _maker(world: World, app: Instance) -> str:
    """Name the function that makes an application, by the lines that it stands in."""
    around = [
        one
        for one in world.functions
        if one.module.file == app.file
        and one.node.lineno <= app.line <= (one.node.end_lineno or one.node.lineno)
    ]
    inner = max(around, key=lambda one: one.node.lineno, default=None)
    name = world.modules.name(world.modules.module(app.file))
    return f"{name}:{inner.qualname}()" if inner is not None else f"{name}:…"


def _call_factory(function: Function, frame: Frame) -> None:
    world = frame.world
    try:
        _bounded(world, function, [], frame)
    except Raised:
        world.note(function.module, function.node.lineno, f"{function.name} raises an error")


def _bounded(
    world: World,
    callee: object,
    args: list[object],
    frame: Frame,
    most: int = STEPS_OF_A_CALL,
) -> object:
    """Follow a call with a budget of its own, and return its result."""
    kept = world.steps
    world.steps = given = min(kept, most)
    try:
        return core.call_value(callee, args, {}, frame, getattr(callee, "node", None))
    finally:
        world.steps = kept - given + max(world.steps, 0)


def _makes_app(function: Function) -> bool:
    """Tell whether a top-level function calls something named as an application class is."""
    return "." not in function.qualname and _speaks_of_app(function)


def _speaks_of_app(function: Function) -> bool:
    if isinstance(function.node, ast.Lambda):
        return False
    for node in nodes(function.node):
        if isinstance(node, ast.AnnAssign) and last_name(node.annotation) in framework.APPS:
            return True
        if isinstance(node, ast.Call):
            callee = node.func
            name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
            if name in framework.APPS or _is_app_class(function, name):
                return True
    return False


def _calls(function: Function, names: set[str]) -> bool:
    """Tell whether a top-level function calls one of the given names."""
    if "." in function.qualname or isinstance(function.node, ast.Lambda):
        return False
    calls_in = (node.func for node in nodes(function.node) if isinstance(node, ast.Call))
    return any(isinstance(callee, ast.Name) and callee.id in names for callee in calls_in)


def _is_app_class(function: Function, name: str) -> bool:

    value = function.module.names.get(name)
    return ancestry.inherits(value, *framework.APPS) and not isinstance(value, External)


def _mounted(app: Instance) -> list[Instance]:
    """Return the applications mounted in an application, however deep."""
    inner: list[Instance] = []
    waiting, seen = [app], {id(app)}
    while waiting:
        routes = waiting.pop().attributes.get("routes")
        for one in routes if isinstance(routes, list) else []:
            held = one.attributes if isinstance(one, Instance) else {}
            mounted = _application(held["app"]) if "app" in held else None
            for child in (mounted, held.get("router")):
                if isinstance(child, Instance) and id(child) not in seen:
                    seen.add(id(child))
                    waiting.append(child)
            if mounted is not None and mounted is not app:
                inner.append(mounted)
    return inner
