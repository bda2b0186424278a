"""The caller, as a host that has an authentication says who it is: by which parameter, of what kind."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass

from backwright.project.types import Project
from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import Sources, last_name, names_of_statement
from backwright.transfer.guarding.program import Function, Program

_CALLER = re.compile(r"(?i)^(current_?\w*|caller|me|user|auth_?user|requester|actor|logged_?\w*)$")
_DICTS = ("dict", "Dict", "Mapping")


@dataclass(frozen=True, slots=True)
class Caller:
    """How the host's handlers are told who is calling.

    Attributes:
        getter: The dependency.
        kind: What it gives, as annotations say it: a class of the host, or a dictionary.
        name: The parameter, as most handlers call it.
        alias: The annotated form of it, if the host has one.
        annotated: Whether handlers say `Annotated[…, Depends(…)]` rather than `= Depends(…)`.
        is_dict: Whether it gives a dictionary.
    """

    getter: Import
    kind: Import | None
    name: str = "current_user"
    alias: Import | None = None
    annotated: bool = False
    is_dict: bool = False

    def key(self, name: str, key: str) -> str:
        """Return the expression of the caller's key, of a parameter of some name."""
        return f'{name}["{key}"]' if self.is_dict else f"{name}.{key}"

    @property
    def annotation(self) -> str:
        """How a parameter that is no dependency is annotated."""
        if self.is_dict or self.kind is None:
            return "dict"
        return self.kind[1]

    @property
    def parameter(self) -> str:
        """The parameter that a handler is given."""
        if self.alias:
            return f"{self.name}: {self.alias[1]}"
        depends = f"Depends({self.getter[1]})"
        if self.annotated:
            return f"{self.name}: Annotated[{self.annotation}, {depends}]"
        return f"{self.name}: {self.annotation} = {depends}"

    @property
    def imports(self) -> set[Import]:
        """What a module needs that says the parameter."""
        if self.alias:
            return {self.alias}
        found = {self.getter, ("fastapi", "Depends")}
        found |= {("typing", "Annotated")} if self.annotated else set()
        return found | ({self.kind} if self.kind else set())


def read_caller(program: Program, project: Project) -> Caller | None:
    """Return how the host's handlers are told who is calling; None if none of them is."""
    known = _last(project.auth.current_user or "")
    users = next(
        ((program.sources.module(m.file), m.name) for m in project.models
         if m.name == project.auth.user_model), None,
    )  # fmt: skip
    strangers = {
        _last(one) for e in project.endpoints if e.auth == "none" for one in e.dependencies
    }
    votes: Counter[Caller] = Counter()
    for function in program.functions:
        for argument in function.parameters:
            found = _depends_of(program, function, argument)
            if found is None or program.is_session(function, ast.Name(argument.arg)):
                continue
            kind, getter, alias, annotated = found
            asked = _last(getter[1])
            if known and asked != known:  # its module may be told by a package that stars it
                continue
            if not known and asked in strangers:  # who is not signed in is told of it, too
                continue
            is_dict = kind is not None and last_name(_bare(kind)) in _DICTS
            said = _kind(program, function.path, kind) if kind is not None else users
            if said is None and not is_dict and users and _gives(program, getter, users):
                said = users  # handlers say something else of it, such as `int`
            if said is None and not is_dict:
                continue
            votes[Caller(getter, said, argument.arg, alias, annotated, is_dict)] += 1
    named = [one for one in votes if not one.name.startswith("_")] or list(votes)
    if not named:
        return None
    return max(named, key=lambda one: (one.alias is not None, one.kind is not None, votes[one]))


def _gives(program: Program, getter: Import, users: Import) -> bool:
    """Tell whether a dependency returns a row of the accounts, whatever handlers say of it."""
    file = program.sources.file(getter[0])
    node = ast.parse(getter[1], mode="eval").body
    function = program.function_of(file, node) if file else None
    if function is None:
        return False
    home = program.sources.file(users[0])
    named: set[str] = set()
    returned = []
    for one in program.walk(function):
        if isinstance(one, ast.Assign):
            parts = (n for n in ast.walk(one.value) if isinstance(n, ast.Name | ast.Attribute))
            classes = (program.class_of(function.path, n) for n in parts)
            is_row = any(c and (c.path, c.node.name) == (home, users[1]) for c in classes)
            named |= {*names_of_statement(one)} if is_row else set()
        if isinstance(one, ast.Return) and one.value is not None:
            returned.append(one.value)
    return bool(returned) and all(isinstance(r, ast.Name) and r.id in named for r in returned)


def _last(name: str) -> str:
    """Return the last word of what is told as `module:Class.method`."""
    return name.rpartition(":")[2].rpartition(".")[2]


def parameter_of(program: Program, caller: Caller, function: Function) -> ast.arg | None:
    """Return the parameter by which a function is told the caller already."""
    for argument in function.parameters:
        found = _depends_of(program, function, argument)
        if found is not None:
            if found[1] == caller.getter:
                return argument
            continue
        if argument.annotation is None and argument.arg == caller.name:
            return argument
        cls = program.class_of(function.path, argument.annotation)
        if cls is None or caller.kind is None or not _CALLER.match(argument.arg):
            continue
        if (program.sources.module(cls.path), cls.node.name) == caller.kind:
            return argument
    return None


def _depends_of(
    program: Program, function: Function, argument: ast.arg
) -> tuple[ast.expr | None, Import, Import | None, bool] | None:
    """Return what a parameter gets by a dependency: its type, the function, the alias, its form."""
    sources, path = program.sources, function.path
    default = _default_of(function, argument)
    if (target := _target(default)) is not None:
        return argument.annotation, sources.member(path, target), None, False
    said = argument.annotation
    home = path
    alias: Import | None = None
    if isinstance(said, ast.Name | ast.Attribute):
        module, name = sources.resolve(path, said)
        home = sources.file(module) or path
        said, alias = _alias(sources, home, name), (module, name)
    if not isinstance(said, ast.Subscript) or last_name(said.value) != "Annotated":
        return None
    parts = said.slice.elts if isinstance(said.slice, ast.Tuple) else []
    target = next((one for part in parts[1:] if (one := _target(part)) is not None), None)
    if target is None:
        return None
    kind = parts[0]
    if home != path and isinstance(kind, ast.Name | ast.Attribute):
        module, name = sources.resolve(home, kind)
        kind = ast.parse(f"{module}.{name}" if name else module, mode="eval").body
    return kind, sources.member(home, target), alias, True


def _alias(sources: Sources, path: str, name: str) -> ast.expr | None:
    for node in sources.trees[path].body if path in sources.trees else ():
        if isinstance(node, ast.Assign) and name in names_of_statement(node):
            return node.value
    return None


def _target(node: ast.expr | None) -> ast.expr | None:
    """Return what stands in `Depends(…)` or `Security(…)`."""
    if not isinstance(node, ast.Call) or last_name(node.func) not in ("Depends", "Security"):
        return None
    is_named = bool(node.args) and isinstance(node.args[0], ast.Name | ast.Attribute)
    return node.args[0] if is_named else None


def _default_of(function: Function, argument: ast.arg) -> ast.expr | None:
    args = function.node.args
    positional = [*args.posonlyargs, *args.args]
    given = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    pairs = [*zip(positional, given, strict=True)]
    pairs += zip(args.kwonlyargs, args.kw_defaults, strict=True)
    return next((value for one, value in pairs if one is argument), None)


def _bare(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node


def _kind(program: Program, path: str, node: ast.expr | None) -> Import | None:
    """Return the class of the host that an annotation names."""
    cls = program.class_of(path, node)
    if cls is None and isinstance(node, ast.Attribute):
        module, name = ast.unparse(node.value), node.attr
        file = program.sources.file(module)
        cls = program.classes.get((file, name)) if file else None
    return (program.sources.module(cls.path), cls.node.name) if cls else None
