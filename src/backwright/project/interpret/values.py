"""The values of the interpreter.

Python's own `str`, `int`, `bool`, `None`, `list`, `tuple`, `dict`, `set` and `Path` stand for
themselves (lists and dicts are mutable and shared, as in Python); everything else is one of these.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backwright.project.interpret.world import World

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
NATIVE = (str, int, float, bool, bytes, type(None), Path)


@dataclass(eq=False, slots=True, repr=False)
class Unknown:
    """A value that cannot be known, and why; `candidates` if it is one of a few.

    `unset` says that it is an environment variable nobody gave: compared, it is like `None`.
    """

    why: str
    candidates: tuple[object, ...] = ()
    unset: bool = False


@dataclass(eq=False, slots=True, repr=False)
class External:
    """A name of a library that is not read, e.g. `fastapi.APIRouter`.

    `owner` is the instance that it was an attribute of, if it was one; `sure` says that it is
    certainly something: neither `None` nor empty.
    """

    name: str
    owner: object = None
    sure: bool = False

    @property
    def root(self) -> str:
        """The library: the first part of the dotted name."""
        return self.name.partition(".")[0]

    @property
    def last(self) -> str:
        """The last part of the dotted name."""
        return self.name.rpartition(".")[2]


@dataclass(eq=False, slots=True, repr=False)
class Module:
    """A module of the project. `path` is absolute, `file` relative to the project's root.

    `nodes` is everything in `tree`, `rebound` holds what names were bound to before a `def` took them, and that line.
    """

    name: str
    path: Path
    file: str
    package: bool
    tree: ast.Module | None = None
    nodes: list[ast.AST] | None = None
    names: dict[str, object] = field(default_factory=dict)
    state: str = "new"
    imports: list[Module] = field(default_factory=list)
    stars: list[str] = field(default_factory=list)
    rebound: dict[str, list[tuple[int, object]]] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder that it stands in, relative to the project's root."""
        return self.file.rpartition("/")[0]


@dataclass(eq=False, slots=True, repr=False)
class Namespace:
    """A folder of modules without an `__init__.py`."""

    path: Path


@dataclass(eq=False, slots=True, repr=False)
class ImportRef:
    """A name imported but not looked at yet (circular, or for type checkers only)."""

    module: object
    name: str | None
    world: World


@dataclass(eq=False, slots=True, repr=False)
class Annotation:
    """An annotated name of a class body or module: read only when somebody asks."""

    name: str
    node: ast.expr
    line: int
    assigned: bool


@dataclass(eq=False, slots=True, repr=False)
class Class:
    """A class of the project; `names` is its body, `keywords` those of the class statement."""

    name: str
    qualname: str
    module: Module
    node: ast.ClassDef
    frame: Frame
    bases: list[object]
    keywords: dict[str, object]
    names: dict[str, object] = field(default_factory=dict)
    annotations: list[Annotation] = field(default_factory=list)
    decorators: list[object] = field(default_factory=list)
    ancestors: list[object] | None = None
    subscript: object = None


@dataclass(eq=False, slots=True, repr=False)
class Function:
    """A function or lambda with the frame it was defined in.

    `parameters` is for what is known of them once their annotations were read, `kept` for what
    one under `functools.cache` gave, by its arguments.
    """

    name: str
    qualname: str
    module: Module
    node: FunctionNode
    frame: Frame
    defaults: dict[str, object]
    kind: str = "function"
    owner: Class | None = None
    wraps: object = None
    decorators: list[object] = field(default_factory=list)
    attributes: dict[str, object] = field(default_factory=dict)
    calls: int = 0
    parameters: Any = None
    kept: dict[tuple[object, ...], tuple[object, object]] | None = None


@dataclass(eq=False, slots=True, repr=False)
class Bound:
    """A function bound to the instance (or class) that it was looked up on."""

    function: Function
    receiver: object


@dataclass(eq=False, slots=True, repr=False)
class Instance:
    """What calling a class gives (or a library's function); `state` is for library models."""

    cls: Class | External
    args: list[object] = field(default_factory=list)
    kwargs: dict[str, object] = field(default_factory=dict)
    attributes: dict[str, object] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    state: Any = None


@dataclass(eq=False, slots=True, repr=False)
class Native:
    """A function that the interpreter itself provides."""

    name: str
    call: Callable[[Call], object]


@dataclass(eq=False, slots=True, repr=False)
class Super:
    """`super()`: attribute look-ups start after `after` in the receiver's ancestors."""

    after: Class
    receiver: object


@dataclass(eq=False, slots=True, repr=False)
class Call:
    """One call: the evaluated arguments, and where it stands."""

    frame: Frame
    node: ast.AST
    args: list[object]
    kwargs: dict[str, object]

    def argument(self, index: int, name: str, default: object = None) -> object:
        """Return the argument at `index` or called `name`, else `default`."""
        if name in self.kwargs:
            return self.kwargs[name]
        return self.args[index] if 0 <= index < len(self.args) else default

    @property
    def line(self) -> int:
        """The line of the call in its file."""
        return getattr(self.node, "lineno", 0)


@dataclass(eq=False, slots=True, repr=False)
class Frame:
    """The names of a module, class body or function call, and what the call came to.

    `expects_missing` counts the `try … except KeyError` around: there a missing key is an error;
    `expects_absent` the `try … except ImportError`: there a library may be missing.
    """

    world: World
    module: Module
    names: dict[str, object]
    kind: str
    qualname: str = ""
    parent: Frame | None = None
    owner: Class | None = None
    receiver: object = None
    returned: list[object] = field(default_factory=list)
    raised: list[object] = field(default_factory=list)
    outer_names: dict[str, str] = field(default_factory=dict)
    doubt: str = ""
    expects_missing: int = 0
    expects_absent: int = 0


def settle(value: object) -> object:
    """Return the likeliest of several possible values, or the value itself.

    An import that was postponed is what it means by now, if that is known.
    """
    if type(value) is not Unknown and type(value) is not ImportRef:
        return value  # nearly all are what they are
    while isinstance(value, (Unknown, ImportRef)):
        if isinstance(value, ImportRef):
            meant = _meant(value)
            if meant is value:
                break
            value = meant
            continue
        if not value.candidates:
            break
        known = [one for one in value.candidates if one is not None]
        known.sort(key=lambda one: isinstance(one, Unknown))
        value = known[0] if known else None
    return value


def _meant(reference: ImportRef) -> object:
    module, name = reference.module, reference.name
    if isinstance(module, Module) and name is not None:
        return module.names.get(name, reference)
    return reference


def doubted(result: object, *parts: object) -> object:
    """Return what is made of parts: not certain where one of them is not."""
    doubt = next((one for one in parts if isinstance(one, Unknown)), None)
    return result if doubt is None else Unknown(doubt.why, (result,))


def either(values: list[object]) -> object:
    """Return the one value that all paths agree on, or an `Unknown` with the candidates."""
    distinct: list[object] = []
    for value in values:
        several = isinstance(value, Unknown) and value.candidates
        for one in value.candidates if several else (value,):  # type: ignore[attr-defined]
            for other in distinct:
                if one is other or same(one, other):
                    break
            else:
                distinct.append(one)
    if len(distinct) == 1:
        return distinct[0]
    return Unknown("several values are possible", tuple(distinct[:8]))


def same(left: object, right: object) -> bool:
    """Tell whether two values are certainly the same one."""
    if left is right:
        return True
    return type(left) is type(right) and isinstance(left, NATIVE) and left == right


def is_external(value: object, *names: str) -> bool:
    """Tell whether `value` is a library's name, by its last part: `is_external(v, "APIRouter")`."""
    return type(value) is External and value.last in names


def why_unknown(value: object) -> str:
    """Say why a value is not known."""
    if isinstance(value, Unknown):
        for one in value.candidates:
            if isinstance(one, Unknown):
                return why_unknown(one)
        return value.why
    if isinstance(value, (External, Instance)):
        external = value if isinstance(value, External) else value.cls
        return f"it comes from {external.name}, which is not read"
    if isinstance(value, ImportRef):
        return "it is imported in a circle and not bound yet"
    return f"it is {_KINDS.get(type(value), 'a value')}, not text"


_KINDS: dict[type, str] = {
    Module: "a module",
    Namespace: "a folder of modules",
    Class: "a class",
    Function: "a function",
    Bound: "a method",
    Native: "a function",
    list: "a list",
    dict: "a dictionary",
    tuple: "a tuple",
}
