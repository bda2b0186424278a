"""Where a function touches rows that belong to users, and how each place is scoped."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.owned import Owned
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.guarding.statements import (
    are_related,
    chain_of,
    condition_after,
    counted_only,
    is_outer,
    is_query,
    root_of,
    values_of,
)
from backwright.transfer.guarding.varied import MADE_FROM, Varied, Variety, scope_varied
from backwright.values import Note

_MAKING = ("make", "from", "insert")
_WHOLE = ("update", "delete")
_STATEMENTS = ("select", "insert", *_WHOLE)
# Calls that no condition can be added to, or not always.
_HARD = ("outerjoin", "get_one", "insert", "bulk_save_objects", "bulk_insert_mappings")
_SIMPLE = (ast.Name, ast.Attribute, ast.Constant, ast.Call, ast.Subscript)
_FIRST_WITH_UPDATE = (0, 0, 16)


@dataclass
class Scoper:
    """Scopes the functions of a program to the caller.

    `caller` is the expression of the caller's key; `problems` are the places that it cannot scope,
    each with the reason; `variety` finds tables that are known only when the code runs; `checks` are functions that look whether an account is there already,
    `sharing` those that see rows that nobody owns, and when; `dumps` tells that SQLModel makes no row
    from an object and an `update` of it.
    """

    program: Program
    owned: Mapping[tuple[str, str], Owned]
    caller: str
    variety: Variety | None = None
    problems: list[Note] = field(default_factory=list)
    checks: set[Function] = field(default_factory=set)
    sharing: dict[Function, str] = field(default_factory=dict)
    dumps: bool = False

    def touches(self, function: Function) -> bool:
        """Tell whether a function reads, makes or changes owned rows by itself."""
        return any(True for _ in self.places(function)) or self.varies(function)

    def varies(self, function: Function) -> bool:
        """Tell whether a function touches rows of tables that are known only when it runs."""
        return any(True for _ in self._varied(function))

    def makes_varied(self, function: Function) -> bool:
        """Tell whether a function makes such rows."""
        return any(kind in ("make", "from") for _, _, kind in self._varied(function))

    def makes(self, function: Function) -> list[Owned]:
        """Return the owned models of which a function makes rows."""
        return [one for node, one, kind in self.places(function) if kind in _MAKING]

    def writes(self, function: Function) -> list[Owned]:
        """Return the owned models that a function touches in any way."""
        return [one for _, one, _ in self.places(function)]

    def scope(self, function: Function, edits: Edits) -> set[str]:
        """Scope every place of a function; return what it needs: `select`, names of models."""
        needed: set[str] = set()
        for node, one, kind in self.places(function):
            needed |= self._edit(function, edits, node, one, kind)
        user, shared = self.caller.rpartition(".")[0], self.sharing.get(function, "")
        for node, varied, kind in self._varied(function):
            needed |= scope_varied(
                self.program, function, edits, (node, varied, kind), user, shared
            )
        return needed

    def _edit(
        self, function: Function, edits: Edits, node: ast.Call, one: Owned, kind: str
    ) -> set[str]:
        if kind == "get":
            return self._get(function, edits, node, one)
        if kind in _MAKING:
            column = one.column if one.direct else self._caller_column(function, node, one)
            column = None if one.is_alone else column
            values = values_of(function.node, node) if kind == "insert" else None
            if column:
                self._make(edits, values or node, kind, column, said_there=not one.direct)
            return set()
        said = self._said(function, node, one)
        word = "filter" if kind == "query" else "where"
        itself = one.is_account and _is_by_key(function, one)
        shared = self.sharing.get(function, "") if kind in ("select", "query") else ""
        mine = one.condition(said, self.caller, itself=itself, shared=shared)
        if kind == "query" and self._query_get(function, edits, node, one, (said, mine)):
            return one.words(mine)
        there = condition_after(function.node, node)
        if there is None:
            edits.insert(edits.end(node), f".{word}({mine})")
        elif last_name(there.func) != "filter_by":
            edits.add_argument(there, mine)
        elif mine == f"{said}.{one.column} == {self.caller}" and self._selects_one(function, node):
            edits.add_argument(there, f"{one.column}={self.caller}")
        else:
            edits.insert(edits.end(node), f".{word}({mine})")
        return one.words(mine)

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
        mine = one.condition(
            said, self.caller, itself=one.is_account, shared=self.sharing.get(function, "")
        )
        edits.insert(edits.end(key), f"{closing}, {mine})")
        return {"select", *one.words(mine)}

    def _query_get(
        self, function: Function, edits: Edits, query: ast.Call, one: Owned, words: tuple[str, str]
    ) -> bool:
        """`query(Model).get(key)` becomes a filter: `get` takes no condition. Tell whether it is one."""
        said, mine = words
        for node in self.program.walk(function):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.value is not query or node.func.attr != "get" or not node.args:
                continue
            end = edits.end(node.func)
            edits.replace(end - len("get"), end, "filter")
            edits.insert(edits.start(node.args[0]), f"{said}.{one.key} == ")
            edits.insert(edits.end(node.args[0]), f", {mine}")
            edits.insert(edits.end(node), ".first()")
            return True
        return False

    def _caller_column(self, function: Function, node: ast.Call, one: Owned) -> str | None:
        """Return the column by which a new row is the caller's; None where the client says whose."""
        column = one.caller_column
        if column is None:
            return None
        names = {r.name for r in one.model.relationships if one.through
                 and r.target == one.through[1].model.name} | {column.name}  # fmt: skip
        if any(keyword.arg in names for keyword in node.keywords):
            return None
        is_whole = bool(node.args) or any(keyword.arg is None for keyword in node.keywords)
        sent = (self.program.class_of(function.path, p.annotation) for p in function.parameters)
        is_sent = any(column.name in self.program.fields(cls) for cls in sent if cls)
        return None if is_whole and is_sent else column.name

    def _make(
        self, edits: Edits, node: ast.Call, kind: str, column: str, *, said_there: bool = False
    ) -> None:
        """Give a new row its owner.

        Args:
            edits: the module's.
            node: the call that makes the row.
            kind: how it does.
            column: the column of the owner.
            said_there: whether the host had that column, so that a dictionary may say it already.
        """
        value = self.caller
        entry = f"{edits.quote}{column}{edits.quote}: {value}"
        if kind == "insert" and node.args:
            edits.insert(edits.start(node.args[0]), "{**")
            edits.insert(edits.end(node.args[0]), f", {entry}}}")
            return
        star = next((one.value for one in node.keywords if one.arg is None), None)
        if kind == "make" and star is not None and said_there:
            edits.insert(edits.start(star), "{**")
            edits.insert(edits.end(star), f", {entry}}}")
            return
        if kind in ("make", "insert"):
            edits.add_argument(node, f"{column}={value}")
            return
        has_update = any(one.arg == "update" for one in node.keywords)
        if self.dumps and not has_update and edits.add_to_source(node, entry):
            return
        edits.add_to_update(node, f"{{{entry}}}", entry)

    def places(self, function: Function) -> Iterator[tuple[ast.Call, Owned, str]]:
        """Yield each place, the model it touches, and the kind of edit it needs."""
        for node in self.program.walk(function):
            if not isinstance(node, ast.Call):
                continue
            for one, kind in self._kinds(function, node):
                if not self._is_check(function, one, kind):
                    yield node, one, kind

    def _varied(self, function: Function) -> Iterator[tuple[ast.Call, Varied, str]]:
        """Yield each place that touches rows of a table that varies, and the kind of edit."""
        variety = self.variety if self.owned else None
        for node in self.program.walk(function) if variety else ():
            if isinstance(node, ast.Call) and variety:
                for one, kind in variety.kinds(function, node):
                    yield node, one, kind

    def _is_check(self, function: Function, one: Owned, kind: str) -> bool:
        """Tell whether somebody who makes an account looks whether it is there already."""
        is_read = one.is_account and kind in ("select", "query")
        return is_read and function in self.checks and not _is_by_key(function, one)

    def _kinds(self, function: Function, node: ast.Call) -> Iterator[tuple[Owned, str]]:
        called = last_name(node.func)
        attribute = node.func if isinstance(node.func, ast.Attribute) else None
        if made := self.named(function, node.func):
            yield made, "make"
        elif attribute and called in MADE_FROM:
            yield from ((one, "from") for one in self._all(function, attribute.value))
        elif called == "select" or (called == "query" and attribute):
            kind = "query" if called == "query" else "select"
            counted = self._counted(function, node)
            every = self._mentioned(function, node)
            yield from ((one, kind) for one in every if one not in counted)
        elif called == "exists" and attribute is None:
            parts = [node, *chain_of(function.node, node)]
            named = self._named_in(function, [arg for part in parts for arg in part.args])
            yield from ((one, "where") for one in named)
        elif called == "insert" and node.args and values_of(function.node, node):
            yield from ((one, "insert") for one in self._all(function, node.args[0]))
        elif called in ("select_from", "join") and attribute and node.args and not is_outer(node):
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
        selected = self._mentioned(function, root_of(attribute.value))
        for one in self._all(function, model):
            if one not in selected:
                yield one, "query" if is_query(attribute.value) else "where"

    def _counted(self, function: Function, root: ast.Call) -> list[Owned]:
        """Return the owned models whose rows a statement only counts, beside those of another."""
        nodes = counted_only(root, chain_of(function.node, root))
        found = [one for node in nodes for one in self._all(function, node)]
        return found if any(m not in found for m in self._mentioned(function, root)) else []

    def _all(self, function: Function, node: ast.expr) -> list[Owned]:
        one = self.named(function, node)
        return [one] if one else []

    def _is_statement(self, function: Function, node: ast.Call) -> bool:
        module = self.program.sources.resolve(function.path, node.func)[0]
        return module.partition(".")[0] in ("sqlalchemy", "sqlmodel")

    def _mentioned(self, function: Function, node: ast.AST) -> list[Owned]:
        """Return the owned models in the arguments of a select, not those of one inside it."""
        return self._named_in(function, node.args) if isinstance(node, ast.Call) else []

    def _selects_one(self, function: Function, root: ast.Call) -> bool:
        """Tell whether a statement takes rows of one model alone, which `filter_by` speaks of."""
        return len(root.args) == 1 and len(self._mentioned(function, root)) == 1

    def _named_in(self, function: Function, nodes: Sequence[ast.AST]) -> list[Owned]:
        """Return the owned models in expressions, but not those of a query inside them."""
        found: list[Owned] = []
        waiting = [*nodes]
        while waiting:
            inner = waiting.pop(0)
            root = root_of(inner) if isinstance(inner, ast.Call) else inner
            if isinstance(root, ast.Call) and last_name(root.func) in ("select", "exists", "query"):
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
        for node in self.program.walk(function):
            if not isinstance(node, ast.Call):
                continue
            called = last_name(node.func)
            if called in ("text", "execute", "exec") and (word := _raw(node, tables)):
                self._refuse(function, node, f"SQL in a text reads or changes {word}")
            elif (called in _HARD or is_outer(node)) and self._is_hard(function, node):
                self._refuse(function, node, f"`{called}` of rows that get an owner")
            elif table := self._table_object(function, node):
                self._refuse(function, node, f"rows of `{table}`, a Table that is no class")
            elif self.variety and (said := self.variety.refused(function, node)):
                self._refuse(function, node, f"rows of any model are reached here, by `{said}`")

    def _is_hard(self, function: Function, node: ast.Call) -> bool:
        """Tell whether a call reaches rows in a way that no condition can be added to."""
        called = last_name(node.func)
        if called == "insert" and values_of(function.node, node):
            return False
        if is_outer(node) and isinstance(node.func, ast.Attribute) and node.args:
            selected = self._mentioned(function, root_of(node.func.value))
            joined = self._all(function, node.args[0])
            if joined and any(are_related(joined[0], one) for one in selected):
                return False
            root = root_of(node.func.value)
            if isinstance(root, ast.Call) and joined and joined[0] in self._counted(function, root):
                return False
        return self._speaks_of(function, node)

    def _speaks_of(self, function: Function, node: ast.Call) -> bool:
        return any(self.named(function, inner) for inner in ast.walk(node))

    def _table_object(self, function: Function, node: ast.Call) -> str | None:
        """Return how a statement names a `Table` without a class, if it is one of such."""
        attribute = node.func if isinstance(node.func, ast.Attribute) else None
        if last_name(node.func) not in _STATEMENTS:
            return None
        for one in [*([attribute.value] if attribute else []), *node.args]:
            if not isinstance(one, ast.Name | ast.Attribute):
                continue
            module, name = self.program.sources.resolve(function.path, one)
            key = (self.program.sources.file(module) or "", name)
            if key in self.owned and key not in self.program.classes:
                return ast.unparse(one)
        return None

    def _refuse(self, function: Function, node: ast.AST, why: str) -> None:
        self.problems.append(
            Note(function.path, getattr(node, "lineno", 1), f"{function.name}: {why}")
        )


def _is_by_key(function: Function, one: Owned) -> bool:
    """Tell whether a function looks for a row by its key."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(s, ast.Attribute) and s.attr == one.key and
                   last_name(s.value) == one.model.name for s in sides):  # fmt: skip
                return True
        is_filter = isinstance(node, ast.Call) and last_name(node.func) == "filter_by"
        if is_filter and any(keyword.arg == one.key for keyword in node.keywords):  # type: ignore[attr-defined]
            return True
    return False


def _raw(node: ast.Call, tables: Mapping[str, Owned]) -> str | None:
    """Return the table that a text of SQL in a call speaks of."""
    for inner in node.args[:1]:
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            for table in tables:
                if re.search(rf"(?i)\b(from|into|update|join|table)\s+\W?{re.escape(table)}\b",
                             inner.value):  # fmt: skip
                    return table
    return None


def fails_with_update(version: str) -> bool:
    """Tell whether a SQLModel fails to make a row of an object and an `update` of it."""
    numbers = tuple(int(one) for one in version.split(".")[:3] if one.isdigit())
    return bool(numbers) and numbers < _FIRST_WITH_UPDATE
