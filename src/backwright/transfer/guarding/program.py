"""A host as functions that call each other: who is called, by what kind of object."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from backwright.transfer.grow.sources import FunctionNode, Sources, last_name, names_of_statement
from backwright.transfer.guarding.bounds import bound_of_variable, bounds_of

SESSIONS = ("Session", "AsyncSession", "async_scoped_session", "scoped_session")
_CLASSES = ("type", "Type")
_WRAPPERS = ("Optional", "Annotated", *_CLASSES)
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "api_route", "route")
_DEPENDS = ("Depends", "Security")
# What a session, a query or a result is asked for: never a function of the host by its name alone.
_LIBRARY = frozenset((
    "add", "add_all", "commit", "flush", "refresh", "rollback", "close", "execute",
    "exec", "scalar", "scalars", "query", "get", "get_one", "delete", "first", "all",
    "one", "one_or_none", "filter", "filter_by", "where", "join", "order_by", "limit",
    "offset", "begin", "items", "keys", "values", "append", "extend", "pop", "split",
    "strip", "format", "copy", "json", "dict", "model_dump", "model_validate",
    "from_orm", "merge", "expunge", "stream_scalars", "count", "include_router",
))  # fmt: skip


def _is_super(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    )


def _is_dotted(node: ast.expr) -> bool:
    """Tell whether an expression is a name, or dotted names: `made().name` is none of a module's."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _is_handler(node: FunctionNode) -> bool:
    """Tell whether a function is decorated as what answers a path."""
    calls = (one for one in node.decorator_list if isinstance(one, ast.Call))
    return any(isinstance(one.func, ast.Attribute) and one.func.attr in METHODS for one in calls)


def _bound_in(function: Function) -> set[str]:
    """Return the names of a function's parameters and variables."""
    stored = (n for n in ast.walk(function.node) if isinstance(n, ast.Name))
    names = {one.id for one in stored if isinstance(one.ctx, ast.Store)}
    return names | {one.arg for one in function.parameters}


@dataclass(frozen=True, eq=False)
class Class:
    """A class of the host."""

    path: str
    node: ast.ClassDef


@dataclass(frozen=True, eq=False)
class Function:
    """A function or a method of the host; what is defined inside it belongs to it."""

    path: str
    node: FunctionNode
    owner: Class | None = None

    @property
    def name(self) -> str:
        """Its name, with its class's before it."""
        return f"{self.owner.node.name}.{self.node.name}" if self.owner else self.node.name

    @property
    def parameters(self) -> list[ast.arg]:
        """All of its parameters."""
        args = self.node.args
        return [*args.posonlyargs, *args.args, *args.kwonlyargs]


class Program:
    """The functions and classes of a host, and what its expressions stand for."""

    def __init__(self, sources: Sources) -> None:
        """Find the functions and classes."""
        self.sources = sources
        self.functions: list[Function] = []
        self.classes: dict[tuple[str, str], Class] = {}
        self._tops: dict[tuple[str, str], Function] = {}
        self._methods: dict[str, list[Function]] = defaultdict(list)
        self._inner: set[ast.AST] = set()
        self._bounds: dict[tuple[str, str], ast.expr] = {}
        for path, tree in sources.trees.items():
            for node in tree.body:
                self._take(path, node)

    def _take(self, path: str, node: ast.stmt) -> None:
        if isinstance(node, FunctionNode):
            function = Function(path, node)
            self.functions.append(function)
            self._tops[path, node.name] = function
            for inner in ast.walk(node):
                if isinstance(inner, FunctionNode) and inner is not node and _is_handler(inner):
                    self.functions.append(Function(path, inner))
                    self._inner.add(inner)
        if isinstance(node, ast.ClassDef):
            found = Class(path, node)
            for name, bound in bounds_of(self.sources.draft.text(path), node.name).items():
                self._bounds[path, name] = bound
            self.classes[path, node.name] = found
            for inner in node.body:
                if isinstance(inner, FunctionNode):
                    method = Function(path, inner, found)
                    self.functions.append(method)
                    self._methods[inner.name].append(method)

    def walk(self, function: Function) -> Iterator[ast.AST]:
        """Yield the nodes of a function, without those of handlers that are defined in it."""
        waiting: list[ast.AST] = [function.node]
        while waiting:
            node = waiting.pop(0)
            yield node
            waiting += [one for one in ast.iter_child_nodes(node) if one not in self._inner]

    def class_of(self, path: str, node: ast.expr | None) -> Class | None:
        """Return the host's class that an expression names, in an annotation too."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return None
        if isinstance(node, ast.BinOp):
            return self.class_of(path, node.left) or self.class_of(path, node.right)
        if isinstance(node, ast.Subscript):
            inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
            is_wrapper = last_name(node.value) in _WRAPPERS
            return self.class_of(path, inner if is_wrapper else node.value)
        if node is None or not _is_dotted(node):
            return None
        module, name = self.sources.resolve(path, node)
        file = self.sources.file(module)
        if file is None:
            return None
        return self.classes.get((file, name)) or self._aliased(file, name)

    def _aliased(self, file: str, name: str) -> Class | None:
        """Return the class of an alias such as `ServiceDep = Annotated[Service, …]`.

        A parameter of types is its bound: it is that class, or one that is derived from it.
        """
        for node in self.sources.trees[file].body if file in self.sources.trees else ():
            if name in names_of_statement(node) and isinstance(node, ast.Assign):
                is_type = isinstance(node.value, ast.Subscript)
                return self.class_of(file, node.value if is_type else bound_of_variable(node.value))
        return self.class_of(file, self._bounds.get((file, name)))

    def function_of(self, path: str, node: ast.expr) -> Function | None:
        """Return the host's function that a name or a dotted name of a module stands for."""
        if not _is_dotted(node):
            return None
        module, name = self.sources.resolve(path, node)
        file = self.sources.file(module)
        return self._tops.get((file, name)) if file else None

    def _called(self, within: Function, node: ast.expr) -> Function | None:
        """Return the host's function that an expression inside a function names.

        A parameter or a variable of that name is none.
        """
        found = self.function_of(within.path, node)
        is_own = found and isinstance(node, ast.Name) and node.id in _bound_in(within)
        return None if is_own else found

    def method_of(self, cls: Class, name: str) -> Function | None:
        """Return a method, of the class or of one that it is derived from."""
        for node in cls.node.body:
            if isinstance(node, FunctionNode) and node.name == name:
                return next(m for m in self._methods[name] if m.node is node)
        for base in cls.node.bases:
            parent = self.class_of(cls.path, base)
            if parent and parent is not cls and (found := self.method_of(parent, name)):
                return found
        return None

    def family(self, method: Function) -> list[Function]:
        """Return the methods that stand for one another: overridden, or overriding."""
        if method.owner is None or method.node.name.startswith("__"):
            return [method]
        mine = set(self.line(method.owner))
        return [
            one
            for one in self._methods[method.node.name]
            if one.owner and (one.owner in mine or method.owner in self.line(one.owner))
        ]

    def line(self, cls: Class) -> list[Class]:
        """Return a class and those that it is derived from."""
        found = [cls]
        for base in cls.node.bases:
            parent = self.class_of(cls.path, base)
            if parent and parent is not cls:
                found += self.line(parent)
        return found

    def targets(self, within: Function, call: ast.Call) -> list[Function]:
        """Return the host's functions that a call may run; nothing for a library's."""
        callee = call.func
        if cls := self.class_of(within.path, callee):
            made = self.method_of(cls, "__init__")
            return [made] if made else []
        if found := self._called(within, callee):
            return [found]
        if not isinstance(callee, ast.Attribute):
            return []
        if _is_super(callee.value):
            return self._above(within, callee.attr)
        owner = self.type_of(within, callee.value)
        if owner is not None:
            method = self.method_of(owner, callee.attr)
            return self.family(method) if method else self._below(owner, callee.attr)
        given = any(self.is_session(within, one) for one in call.args)  # no library's takes one
        if (callee.attr in _LIBRARY and not given) or self.is_session(within, callee.value):
            return []
        return list(self._methods[callee.attr])

    def _below(self, owner: Class, name: str) -> list[Function]:
        """Return the methods of what is derived from a class, which has none of that name."""
        return [one for one in self._methods[name] if one.owner and owner in self.line(one.owner)]

    def _above(self, within: Function, name: str) -> list[Function]:
        """Return the method that `super().name` runs."""
        line = self.line(within.owner)[1:] if within.owner else []
        found = (self.method_of(cls, name) for cls in line)
        return [one for one in found if one][:1]

    def type_of(self, within: Function, node: ast.expr) -> Class | None:
        """Return the class of the object that an expression gives, or that it names."""
        if isinstance(node, ast.Await):
            return self.type_of(within, node.value)
        if cls := self.class_of(within.path, node):
            return cls
        if isinstance(node, ast.Call):
            found = self.class_of(within.path, node.func) or self._given_class(within, node.func)
            called = self.function_of(within.path, node.func)
            return found or (self.class_of(called.path, called.node.returns) if called else None)
        if isinstance(node, ast.Attribute):
            owner = self.type_of(within, node.value)
            found = self._attribute(owner, node.attr) if owner else None
            return found or self._of_module(within.path, node)
        if not isinstance(node, ast.Name):
            return None
        return self._variable(within, node.id) or self._of_module(within.path, node)

    def _of_module(self, path: str, node: ast.expr) -> Class | None:
        """Return the class of the object that is a variable of a module."""
        module, name = self.sources.resolve(path, node)
        file = self.sources.file(module)
        for statement in self.sources.trees[file].body if file in self.sources.trees else ():
            is_set = isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value
            if file and is_set and name in names_of_statement(statement):
                value = statement.value  # type: ignore[attr-defined]
                return self.class_of(file, value.func) if isinstance(value, ast.Call) else None
        return None

    def _variable(self, within: Function, name: str) -> Class | None:
        if name in ("self", "cls") and within.owner:
            return within.owner
        for parameter in within.parameters:
            if parameter.arg == name:
                return self.class_of(within.path, parameter.annotation)
        for node in self.walk(within):
            if isinstance(node, ast.Assign | ast.AnnAssign) and name in names_of_statement(node):
                value = node.value.value if isinstance(node.value, ast.Await) else node.value
                if isinstance(value, ast.Call) and (found := self.type_of(within, value)):
                    return found
        return None

    def _given_class(self, within: Function, node: ast.expr) -> Class | None:
        """Return the class that a parameter is: `kind: type[Model]`."""
        for parameter in within.parameters:
            said = parameter.annotation
            is_it = isinstance(node, ast.Name) and parameter.arg == node.id
            if is_it and isinstance(said, ast.Subscript) and last_name(said.value) in _CLASSES:
                return self.class_of(within.path, said)
        return None

    def _attribute(self, cls: Class, name: str) -> Class | None:
        """Return the class of `self.name`: as it is annotated, or assigned in `__init__`."""
        for node in cls.node.body:
            if name in names_of_statement(node) and isinstance(node, ast.AnnAssign):
                return self.class_of(cls.path, node.annotation)
        made = self.method_of(cls, "__init__")
        for statement in ast.walk(made.node) if made else ():
            if made is None or not isinstance(statement, ast.Assign | ast.AnnAssign):
                continue
            said: ast.expr | None = None
            if isinstance(statement, ast.Assign):
                target = statement.targets[0]
            else:
                target, said = statement.target, statement.annotation
            if isinstance(target, ast.Attribute) and target.attr == name:
                found = self.class_of(made.path, said)
                return found or (self.type_of(made, statement.value) if statement.value else None)
        return None

    def fields(self, cls: Class) -> list[str]:
        """Return the fields of a schema, inherited ones first."""
        found = []
        for base in cls.node.bases:
            parent = self.class_of(cls.path, base)
            found += self.fields(parent) if parent and parent is not cls else []
        found += [
            name for node in cls.node.body if isinstance(node, ast.AnnAssign)
            for name in names_of_statement(node)
        ]  # fmt: skip
        return list(dict.fromkeys(found))

    def is_session(self, within: Function, node: ast.expr) -> bool:
        """Tell whether an expression is a session, as far as its parameter or its name says so."""
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        for parameter in within.parameters:
            if parameter.arg == name and parameter.annotation is not None:
                said = ast.unparse(self.spelled_out(within.path, parameter.annotation))
                return any(kind in said for kind in SESSIONS)
        return name in ("session", "db", "database", "async_session", "db_session", "_session")

    def is_depended(self, within: Function, parameter: ast.arg) -> bool:
        """Tell whether a dependency gives a parameter, such as the caller: it is no body."""
        return bool(self.givers(within, parameter))

    def givers(self, within: Function, parameter: ast.arg) -> list[ast.Call]:
        """Return what says that a dependency gives a parameter: `Depends(…)`."""
        args = within.node.args
        positional = [*args.posonlyargs, *args.args]
        given = dict(zip(reversed(positional), reversed(args.defaults), strict=False))
        given |= {a: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d}
        said = [given[parameter]] if parameter in given else []
        if parameter.annotation is not None:
            said.append(self.spelled_out(within.path, parameter.annotation))
        every = (node for one in said for node in ast.walk(one))
        return [n for n in every if isinstance(n, ast.Call) and last_name(n.func) in _DEPENDS]

    def spelled_out(self, path: str, annotation: ast.expr) -> ast.expr:
        """Return what an alias such as `Db = Annotated[Session, …]` stands for."""
        if not isinstance(annotation, ast.Name | ast.Attribute):
            return annotation
        module, name = self.sources.resolve(path, annotation)
        file = self.sources.file(module)
        for node in self.sources.trees[file].body if file in self.sources.trees else ():
            if isinstance(node, ast.Assign) and name in names_of_statement(node):
                return node.value
        return annotation

    @cached_property
    def dependencies(self) -> set[Function]:
        """The functions that FastAPI calls: what stands in `Depends(…)`, and its classes' makers."""
        found = set()
        for path, tree in self.sources.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and last_name(node.func) in _DEPENDS and node.args:
                    target = node.args[0]
                    function = self.function_of(path, target)
                    cls = self.class_of(path, target)
                    made = self.method_of(cls, "__init__") if cls else None
                    found |= {one for one in (function, made) if one}
        return found

    def reached(self, first: Iterable[Function]) -> set[Function]:
        """Return some functions and all that they call, directly or not."""
        waiting = list(first)
        found = set(waiting)
        while waiting:
            function = waiting.pop()
            called = {one for _, targets in self.callees(function) for one in targets}
            for one in called | {given for _, given in self.given(function)}:
                fresh = [one] if one not in found else []
                found |= set(fresh)
                waiting += fresh
        return found

    def callees(self, function: Function) -> Iterator[tuple[ast.Call, list[Function]]]:
        """Yield the calls of a function that run the host's own functions."""
        for node in self.walk(function):
            if isinstance(node, ast.Call) and (found := self.targets(function, node)):
                yield node, found

    def given(self, function: Function) -> Iterator[tuple[ast.Call, Function]]:
        """Yield the host's functions that a function gives to others to call."""
        for node in self.walk(function):
            if not isinstance(node, ast.Call) or last_name(node.func) in _DEPENDS:
                continue
            for argument in [*node.args, *(k.value for k in node.keywords)]:
                if found := self._called(function, argument):
                    yield node, found
