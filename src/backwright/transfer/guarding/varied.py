"""Code for rows of any table: classes and functions that are told of which, and what they may reach."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from backwright.project.types import Project
from backwright.transfer.grow.sources import FunctionNode, last_name, names_of_statement
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.owned import ALWAYS
from backwright.transfer.guarding.program import Class, Function, Program
from backwright.transfer.guarding.statements import is_query

Key = tuple[str, str]
VISIBLE, MADE_BY, OWNED_ROW = "visible", "made_by", "owned_row"
# What takes a table as its first argument; the last ones are methods of other things, too.
_TAKERS = ("select", "query", "select_from")
_WHOLE = ("update", "delete", "insert")
_MADE = (ast.Call, ast.Name, ast.Attribute)  # of an object; a list of all tables is none
MADE_FROM = ("model_validate", "from_orm", "parse_obj")


@dataclass(frozen=True, slots=True)
class Varied:
    """A table that is known only when the code runs.

    Attributes:
        said: The expression that gives its class.
    """

    said: str


class Variety:
    """Finds expressions of tables that vary, and the tables that they may stand for."""

    def __init__(self, program: Program, tables: Collection[Key], schemas: Collection[Key]) -> None:
        """Remember the program.

        Args:
            program: the functions and classes of a host.
            tables: the file and the name of each class of a table.
            schemas: those of each schema.
        """
        self._program = program
        self._tables = frozenset(tables)
        self._schemas = frozenset(schemas) - self._tables

    def of(self, function: Function, node: ast.AST) -> Varied | None:
        """Return the varying table that an expression names; None if it names none."""
        return Varied(ast.unparse(node)) if self._varies(function, node) else None

    def kinds(self, function: Function, node: ast.Call) -> Iterator[tuple[Varied, str]]:
        """Yield the varying tables that a call takes or makes rows of, and how."""
        called = last_name(node.func)
        attribute = node.func if isinstance(node.func, ast.Attribute) else None
        found: Varied | None = None
        kind = called
        if not node.args and (made := self.of(function, node.func)):  # tables take names alone
            found, kind = made, "make"
        elif attribute and called in MADE_FROM:
            found, kind = self.of(function, attribute.value), "from"
        elif called == "select" or (called == "query" and attribute):
            found = self._first(function, node.args)
        elif called in ("select_from", "join") and attribute and node.args:
            found = self.of(function, node.args[0])
            is_there = found in self._selected(function, attribute.value)
            found = None if is_there else found
        elif called in ("update", "delete") and attribute is None and node.args:
            found = self.of(function, node.args[0])
        elif called == "get" and len(node.args) == 2 and not node.keywords:
            found = self.of(function, node.args[0]) if self._taken(function, node) else None
        if found:
            yield found, kind

    def refused(self, function: Function, node: ast.Call) -> str:
        """Return the varying table of a call that is none of those that can be scoped."""
        called = last_name(node.func)
        is_get = called == "get" and bool(node.keywords or len(node.args) > 2)
        if is_get or called in ("insert", "outerjoin", "exists", "get_one"):
            taken = self._taken(function, node) if called == "get" else node.args[:1]
            return next((one.said for arg in taken if (one := self.of(function, arg))), "")
        return ""

    def _first(self, function: Function, nodes: list[ast.expr]) -> Varied | None:
        """Return the varying table that a query takes rows or columns of."""
        for node in nodes:
            for inner in _outside_of_selects(node):
                if found := self.of(function, inner):
                    return found
        return None

    def _selected(self, function: Function, node: ast.expr) -> list[Varied]:
        """Return the varying tables that a chain of calls has taken before."""
        found = []
        while isinstance(node, ast.Call):
            found += [one for one, _ in self.kinds(function, node)]
            node = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        return found

    def _varies(self, function: Function, node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = function.owner
            is_own = owner is not None and node.value.id in ("self", "cls")
            return is_own and node.attr in self._attributes[owner]  # type: ignore[index]
        if not isinstance(node, ast.Name):
            return False
        if node.id == "cls":
            return self._is_base_of_tables(function.owner)
        return node.id in self._variables(function)

    def _is_base_of_tables(self, cls: Class | None) -> bool:
        """Tell whether a class is none of a table, and tables are derived from it."""
        if cls is None or (cls.path, cls.node.name) in self._tables:
            return False
        every = (self._program.classes.get(key) for key in self._tables)
        return any(cls in self._program.line(one) for one in every if one)

    def _variables(self, function: Function) -> set[str]:
        """Return the parameters and variables of a function that stand for a class of a table."""
        names = {one.arg for one in function.parameters if self._is_given(function, one)}
        for node in self._program.walk(function):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Attribute):
                continue
            if self._varies(function, node.value):
                names |= set(names_of_statement(node))
        return names

    def _is_given(self, function: Function, parameter: ast.arg) -> bool:
        if parameter.arg in ("self", "cls"):
            return False
        said = ast.unparse(parameter.annotation) if parameter.annotation else ""
        if said.strip("'\"").partition("[")[0].rpartition(".")[2] in ("type", "Type"):
            cls = self._program.class_of(function.path, parameter.annotation)
            return cls is None and not self._is_bound(function.path, parameter.annotation)
        calls = (n for n in self._program.walk(function) if isinstance(n, ast.Call))
        return not said and any(
            isinstance(node, ast.Name) and node.id == parameter.arg
            for call in calls
            for node in self._taken(function, call)
        )

    def _is_bound(self, path: str, annotation: ast.expr | None) -> bool:
        """Tell whether a type variable stands for classes of the host's that are no tables."""
        names = (n for n in ast.walk(annotation) if isinstance(n, ast.Name)) if annotation else ()
        for node in names:
            module, name = self._program.sources.resolve(path, node)
            file = self._program.sources.file(module)
            for statement in self._program.sources.trees[file].body if file else ():
                value = statement.value if isinstance(statement, ast.Assign) else None
                if name in names_of_statement(statement) and isinstance(value, ast.Call):
                    bounds = (k.value for k in value.keywords if k.arg == "bound")
                    found = (self._program.class_of(file or "", one) for one in bounds)
                    return any(one and not self._is_base_of_tables(one) for one in found)
        return False

    def _taken(self, function: Function, call: ast.Call) -> list[ast.expr]:
        """Return what a call takes as a table, if it is one that takes such."""
        name = last_name(call.func)
        is_get = (
            name == "get"
            and isinstance(call.func, ast.Attribute)
            and len(call.args) >= 2
            and self._program.is_session(function, call.func.value)
        )
        is_statement = name in _TAKERS or (name in _WHOLE and isinstance(call.func, ast.Name))
        return call.args[:1] if is_statement or is_get else []

    @cached_property
    def _attributes(self) -> dict[Class, set[str]]:
        """The attributes of each class of the host that stand for a class of a table."""
        own = {cls: self._own_attributes(cls) for cls in self._program.classes.values()}
        found = {cls: set(names) for cls, names in own.items()}
        for cls in own:
            for base in self._program.line(cls):
                found[cls] |= own[base]
                found[base] |= own[cls]
        for cls in own:
            for base in self._program.line(cls):
                found[cls] |= found[base]
        return found

    def _own_attributes(self, cls: Class) -> set[str]:
        names = set[str]()
        for node in cls.node.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if value is not None and self._table(cls.path, value):
                names |= set(names_of_statement(node))
        for method in self._program.functions:
            if method.owner is not cls:
                continue
            for call in (n for n in ast.walk(method.node) if isinstance(n, ast.Call)):
                for given in self._taken(method, call):
                    if isinstance(given, ast.Attribute) and last_name(given.value) in (
                        "self",
                        "cls",
                    ):
                        names.add(given.attr)
        return names

    def _table(self, path: str, node: ast.expr) -> Key | None:
        cls = (
            self._program.class_of(path, node)
            if isinstance(node, ast.Name | ast.Attribute)
            else None
        )
        key = (cls.path, cls.node.name) if cls else None
        return key if key in self._tables else None

    def reached(self, handler: Function) -> set[Key]:
        """Return the tables that code for any table may reach on behalf of a handler.

        They are those that are named on its way: where an object is made or a class is declared.
        """
        found: set[Key] = set()
        seen: set[ast.AST] = set()
        waiting: list[tuple[str, ast.AST]] = []
        for function in self._program.reached([handler]):
            waiting += [(function.path, node) for node in _inside(function.node)]
            waiting += self._declared(function.owner) if function.owner else []
        while waiting:
            path, node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name | ast.Attribute):
                    key = self._table(path, inner)
                    found |= {key} if key else set()
                    waiting += self._behind(path, inner) if not key else []
        return found

    def _behind(self, path: str, node: ast.expr) -> list[tuple[str, ast.AST]]:
        """Return what a name leads to: a class, what a variable of a module is, a dependency."""
        program = self._program
        module, name = program.sources.resolve(path, node)
        file = program.sources.file(module)
        if file is None:
            return []
        if cls := program.classes.get((file, name)):
            return [] if (file, name) in self._schemas else list(self._declared(cls))
        if function := program.function_of(path, node):
            is_dependency = function in program.dependencies
            return [(file, one) for one in _inside(function.node)] if is_dependency else []
        top = program.sources.trees[file].body if file in program.sources.trees else []
        values = [
            statement.value
            for statement in top
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            and statement.value is not None
            and name in names_of_statement(statement)
        ]
        return [(file, one) for one in values if isinstance(one, _MADE) or _is_annotated(one)]

    def _declared(self, cls: Class) -> Iterator[tuple[str, ast.AST]]:
        for one in self._program.line(cls):
            yield from ((one.path, base) for base in one.node.bases)
            for node in one.node.body:
                if not isinstance(node, FunctionNode):
                    yield one.path, node
                elif node.name == "__init__":
                    yield from ((one.path, inner) for inner in _inside(node))


def _is_annotated(node: ast.expr) -> bool:
    """Tell whether a variable is an alias such as `Rows = Annotated[Repository, Depends(…)]`."""
    return isinstance(node, ast.Subscript) and last_name(node.value) == "Annotated"


def variety_of(program: Program, project: Project) -> Variety:
    """Return what finds the varying tables of a project."""
    tables = {(one.file, one.name) for one in project.models}
    return Variety(program, tables, {(one.file, one.name) for one in project.schemas})


def _inside(node: FunctionNode) -> list[ast.AST]:
    """Return the parameters and the body of a function, without its decorators and what it gives."""
    return [node.args, *node.body]


def _outside_of_selects(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of an expression, but for those of a query inside it."""
    waiting = [node]
    while waiting:
        inner = waiting.pop(0)
        is_call = inner is not node and isinstance(inner, ast.Call)
        if is_call and last_name(inner.func) in ("select", "exists"):  # type: ignore[attr-defined]
            continue
        yield inner
        waiting += ast.iter_child_nodes(inner)


def scope_varied(
    program: Program,
    function: Function,
    edits: Edits,
    place: tuple[ast.Call, Varied, str],
    user: str,
    shared: str,
) -> set[str]:
    """Scope one place to the caller; return the names that it needs.

    Args:
        program: the functions of the host.
        function: where the place is.
        edits: of its module.
        place: the call, the table, and the kind of place.
        user: the expression of the caller.
        shared: what tells whether rows that nobody owns are seen, too.
    """
    node, one, kind = place
    told = f", with_shared={'True' if shared == ALWAYS else shared}" if shared else ""
    if kind in ("make", "from"):
        _make(edits, node, kind, f"{MADE_BY}({one.said}, {user})")
        return {MADE_BY}
    if kind == "get" and isinstance(node.func, ast.Attribute):
        _owned_row(edits, node.func.value, node, node, f"{user}{told}")
        return {OWNED_ROW}
    getter = _getter(program, function, node) if kind == "query" else None
    if getter and isinstance(node.func, ast.Attribute):
        _owned_row(edits, node.func.value, node, getter, f"{user}{told}")
        return {OWNED_ROW}
    is_select = kind not in ("update", "delete")
    condition = f"{VISIBLE}({one.said}, {user}{told if is_select else ''})"
    word = "filter" if kind == "query" or is_query(node) else "where"
    edits.insert(edits.end(node), f".{word}({condition})")
    return {VISIBLE}


def _make(edits: Edits, node: ast.Call, kind: str, mine: str) -> None:
    if kind == "make":
        edits.add_argument(node, f"**{mine}")
        return
    edits.add_to_update(node, mine, f"**{mine}")


def _owned_row(edits: Edits, session: ast.expr, model: ast.Call, key: ast.Call, user: str) -> None:
    """`session.get(model, key)` and `session.query(model).get(key)` ask for the caller's row."""
    edits.insert(edits.start(session), f"{OWNED_ROW}(")
    edits.replace(edits.end(session), edits.start(model.args[0]), ", ")
    if key is not model:
        edits.replace(edits.end(model.args[0]), edits.start(key.args[0]), ", ")
    edits.add_argument(key, user)


def _getter(program: Program, function: Function, query: ast.Call) -> ast.Call | None:
    """Return the call of `query(Model).get(key)`."""
    for node in program.walk(function):
        callee = node.func if isinstance(node, ast.Call) else None
        if isinstance(callee, ast.Attribute) and callee.value is query and callee.attr == "get":
            assert isinstance(node, ast.Call)  # noqa: S101 - it has a callee
            return node if node.args else None
    return None
