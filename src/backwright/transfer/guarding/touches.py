"""Where a function touches rows that belong to users, and how each place is scoped."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.owned import OWNER, Owned
from backwright.transfer.guarding.program import Function, Program
from backwright.values import Note

_MADE_FROM = ("model_validate", "from_orm", "parse_obj")
_WHOLE = ("update", "delete")
_SIMPLE = (ast.Name, ast.Attribute, ast.Constant, ast.Call, ast.Subscript)


@dataclass
class Scoper:
    """Scopes the functions of a program to the caller.

    `problems` are the places that it cannot scope, each with the reason.
    """

    program: Program
    owned: Mapping[tuple[str, str], Owned]
    user: str
    problems: list[Note] = field(default_factory=list)

    def touches(self, function: Function) -> bool:
        """Tell whether a function reads, makes or changes owned rows by itself."""
        return any(True for _ in self._places(function))

    def makes(self, function: Function) -> list[Owned]:
        """Return the owned models of which a function makes rows."""
        return [one for node, one, kind in self._places(function) if kind in ("make", "from")]

    def writes(self, function: Function) -> list[Owned]:
        """Return the owned models that a function touches in any way."""
        return [one for _, one, _ in self._places(function)]

    def scope(self, function: Function, edits: Edits) -> set[str]:
        """Scope every place of a function; return what it needs: `select`, names of models."""
        needed: set[str] = set()
        for node, one, kind in self._places(function):
            needed |= {parent.name for parent in one.parents()}
            if one.parents():
                needed.add("select")
            needed |= self._edit(function, edits, node, one, kind)
        return needed

    def _edit(
        self, function: Function, edits: Edits, node: ast.Call, one: Owned, kind: str
    ) -> set[str]:
        if kind == "get":
            return self._get(function, edits, node, one)
        if kind in ("make", "from"):
            if one.direct:
                self._make(edits, node, kind)
            return set()
        said = self._said(function, node, one)
        word = "filter" if kind == "query" else "where"
        edits.insert(edits.end(node), f".{word}({one.condition(said, self.user)})")
        if kind == "query":
            self._query_get(function, edits, node, one, said)
        return set()

    def _get(self, function: Function, edits: Edits, node: ast.Call, one: Owned) -> set[str]:
        """`session.get(Model, key)` becomes a select that only the owner's row answers."""
        if len(node.args) != 2 or node.keywords:
            self._refuse(function, node, "a row is read by its key with options")
            return set()
        model, key = node.args
        said = ast.unparse(model)
        end = edits.end(node.func)
        edits.replace(end - len("get"), end, "scalar")
        edits.insert(edits.start(model), "select(")
        opening, closing = ("", "") if isinstance(key, _SIMPLE) else ("(", ")")
        edits.replace(edits.end(model), edits.start(key), f").where({said}.{one.key} == {opening}")
        edits.insert(edits.end(key), f"{closing}, {one.condition(said, self.user)})")
        return {"select"}

    def _query_get(
        self, function: Function, edits: Edits, query: ast.Call, one: Owned, said: str
    ) -> None:
        """`query(Model).get(key)` becomes a filter: `get` takes no condition."""
        for node in ast.walk(function.node):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.value is not query or node.func.attr != "get" or not node.args:
                continue
            end = edits.end(node.func)
            edits.replace(end - len("get"), end, "filter")
            edits.insert(edits.start(node.args[0]), f"{said}.{one.key} == ")
            edits.insert(edits.end(node), ".first()")

    def _make(self, edits: Edits, node: ast.Call, kind: str) -> None:
        value = f"{self.user}.id"
        if kind == "make":
            edits.add_argument(node, f"{OWNER}={value}")
            return
        given = next((k.value for k in node.keywords if k.arg == "update"), None)
        if given is None:
            edits.add_argument(node, f'update={{"{OWNER}": {value}}}')
            return
        edits.insert(edits.start(given), "{**(")
        edits.insert(edits.end(given), f'), "{OWNER}": {value}}}')

    def _places(self, function: Function) -> Iterator[tuple[ast.Call, Owned, str]]:
        """Yield each place, the model it touches, and the kind of edit it needs."""
        for node in ast.walk(function.node):
            if isinstance(node, ast.Call):
                yield from ((node, one, kind) for one, kind in self._kinds(function, node))

    def _kinds(self, function: Function, node: ast.Call) -> Iterator[tuple[Owned, str]]:
        called = last_name(node.func)
        attribute = node.func if isinstance(node.func, ast.Attribute) else None
        if made := self.named(function, node.func):
            yield made, "make"
        elif attribute and called in _MADE_FROM:
            yield from ((one, "from") for one in self._all(function, attribute.value))
        elif called == "select" or (called == "query" and attribute):
            kind = "query" if called == "query" else "select"
            yield from ((one, kind) for one in self._mentioned(function, node))
        elif called in ("select_from", "join") and attribute and node.args:
            yield from self._joined(function, attribute, node.args[0])
        elif (called in _WHOLE and node.args and self._is_statement(function, node)) or (
            called == "get" and attribute and len(node.args) >= 2
        ):
            kind = "get" if called == "get" else "where"
            yield from ((one, kind) for one in self._all(function, node.args[0]))

    def _joined(
        self, function: Function, attribute: ast.Attribute, model: ast.expr
    ) -> Iterator[tuple[Owned, str]]:
        """Yield an owned table that a statement takes rows of besides those it selects."""
        selected = self._mentioned(function, _root(attribute.value))
        for one in self._all(function, model):
            if one not in selected:
                yield one, "query" if _is_query(attribute.value) else "where"

    def _all(self, function: Function, node: ast.expr) -> list[Owned]:
        one = self.named(function, node)
        return [one] if one else []

    def _is_statement(self, function: Function, node: ast.Call) -> bool:
        module = self.program.sources.resolve(function.path, node.func)[0]
        return module.partition(".")[0] in ("sqlalchemy", "sqlmodel")

    def _mentioned(self, function: Function, node: ast.AST) -> list[Owned]:
        """Return the owned models in the arguments of a select, not those of one inside it."""
        if not isinstance(node, ast.Call):
            return []
        found: list[Owned] = []
        waiting: list[ast.AST] = [*node.args]
        while waiting:
            inner = waiting.pop(0)
            if isinstance(inner, ast.Call) and last_name(inner.func) in ("select", "exists"):
                continue
            if isinstance(inner, ast.Name | ast.Attribute):
                one = self.named(function, inner)
                if one and one not in found:
                    found.append(one)
                if one:
                    continue
            waiting += ast.iter_child_nodes(inner)
        return found

    def named(self, function: Function, node: ast.AST) -> Owned | None:
        """Return the owned model that an expression names; `cls` is the class it stands in."""
        if isinstance(node, ast.Name) and node.id == "cls" and function.owner:
            return self.owned.get((function.path, function.owner.node.name))
        if not isinstance(node, ast.Name | ast.Attribute):
            return None
        cls = self.program.class_of(function.path, node)
        return self.owned.get((cls.path, cls.node.name)) if cls else None

    def _said(self, function: Function, node: ast.Call, one: Owned) -> str:
        """Return how a place names a model."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name | ast.Attribute) and self.named(function, inner) is one:
                return ast.unparse(inner)
        return one.model.name

    def check(self, function: Function) -> None:
        """Note the places of a function that touch rows in a way that cannot be scoped."""
        tables = {one.model.table: one for one in self.owned.values()}
        for node in ast.walk(function.node):
            if not isinstance(node, ast.Call):
                continue
            called = last_name(node.func)
            if called in ("text", "execute", "exec") and (word := _raw(node, tables)):
                self._refuse(function, node, f"SQL in a text reads or changes {word}")
            elif called in ("outerjoin", "exists", "get_one", "insert", "bulk_save_objects",
                            "bulk_insert_mappings") and self._speaks_of(function, node):  # fmt: skip
                self._refuse(function, node, f"`{called}` of rows that get an owner")
            elif self._is_generic(function, node):
                said = ast.unparse(node.args[0])
                self._refuse(function, node, f"rows of any model are reached here, by `{said}`")

    def _speaks_of(self, function: Function, node: ast.Call) -> bool:
        return any(self.named(function, inner) for inner in ast.walk(node))

    def _is_generic(self, function: Function, node: ast.Call) -> bool:
        """Tell whether a statement's model is a variable."""
        called = last_name(node.func)
        if not node.args or called not in ("get", "select", "query"):
            return False
        if called == "get":
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            if owner is None or len(node.args) != 2:
                return False
            if not self.program.is_session(function, owner):
                return False
        model = node.args[0]
        if isinstance(model, ast.Attribute) and isinstance(model.value, ast.Name):
            return model.value.id == "self"
        names = {one.arg for one in function.parameters}
        return isinstance(model, ast.Name) and model.id in names - {"cls"}

    def _refuse(self, function: Function, node: ast.AST, why: str) -> None:
        self.problems.append(
            Note(function.path, getattr(node, "lineno", 1), f"{function.name}: {why}")
        )


def _root(node: ast.expr) -> ast.AST:
    """Return the call that a chain of calls begins with."""
    while isinstance(node, ast.Call):
        callee = node.func
        if not isinstance(callee, ast.Attribute) or callee.attr in ("select", "query"):
            break
        node = callee.value
    return node


def _is_query(node: ast.expr) -> bool:
    root = _root(node)
    return isinstance(root, ast.Call) and last_name(root.func) == "query"


def _raw(node: ast.Call, tables: Mapping[str, Owned]) -> str | None:
    """Return the table that a text of SQL in a call speaks of."""
    for inner in node.args[:1]:
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            for table in tables:
                if re.search(rf"(?i)\b(from|into|update|join|table)\s+\W?{re.escape(table)}\b",
                             inner.value):  # fmt: skip
                    return table
    return None
