"""References that clients send: a row may only refer to rows of its own owner."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backwright.project.types import Project
from backwright.transfer.grow.seams import Dependency
from backwright.transfer.grow.sources import names_of_statement
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.owned import OWNER, Owned
from backwright.transfer.guarding.passing import Passing, Said
from backwright.transfer.guarding.program import Class, Function, Program

CHECK = "require_owned"
WRITING = ("POST", "PUT", "PATCH")


@dataclass(frozen=True)
class References:
    """Finds what a handler takes that refers to owned rows."""

    program: Program
    owned: Mapping[tuple[str, str], Owned]
    project: Project
    passing: Passing

    def write(
        self, handler: Function, method: str, edits: Edits, said: Said, session: Dependency
    ) -> set[str]:
        """Check each reference at the beginning of a handler; return the names that it needs.

        A row that comes as it is (the body is the table itself) is given its owner here.
        """
        if method not in WRITING:
            return set()
        lines: list[str] = []
        needed: set[str] = set()
        for parameter in handler.parameters:
            one = self._table(handler, parameter)
            if one and one.direct:
                lines.append(f"{parameter.arg}.{OWNER} = {said.user}.id")
        variable = self._session(handler, session)
        waits = "await " if session.kind[1] == "AsyncSession" else ""
        for expression, target in dict.fromkeys(self._sent(handler)):
            name = target.model.name
            mine = target.condition(name, said.user)
            chosen = f"select({name}).where({name}.{target.key} == {expression}, {mine})"
            lines.append(f"{waits}{CHECK}({variable}, {expression}, {chosen})")
            needed |= {CHECK, "select", name, *(one.name for one in target.parents())}
        if lines:
            self.passing.needing.add(handler)
        for line in lines:
            edits.line_before(_first(handler), line)
        return needed

    def _session(self, handler: Function, session: Dependency) -> str:
        for parameter in handler.parameters:
            if self.program.is_session(handler, ast.Name(parameter.arg)):
                return parameter.arg
        return ""

    def has_session(self, handler: Function) -> bool:
        """Tell whether a handler has a session to check references with."""
        names = (one.arg for one in handler.parameters)
        return any(self.program.is_session(handler, ast.Name(name)) for name in names)

    def sends(self, handler: Function) -> bool:
        """Tell whether a handler takes references to owned rows."""
        return any(True for _ in self._sent(handler))

    def _table(self, handler: Function, parameter: ast.arg) -> Owned | None:
        cls = self.program.class_of(handler.path, parameter.annotation)
        return self.owned.get((cls.path, cls.node.name)) if cls else None

    def takes_table(self, handler: Function) -> bool:
        """Tell whether a handler takes a row of an owned table as its body."""
        return any(self._table(handler, one) for one in handler.parameters)

    def _sent(self, handler: Function) -> Iterator[tuple[str, Owned]]:
        """Yield the expressions of a handler that are keys of owned rows, sent by the client."""
        keys = self._foreign_keys(handler)
        for parameter in handler.parameters:
            if parameter.arg in keys:
                yield parameter.arg, keys[parameter.arg]
            cls = self.program.class_of(handler.path, parameter.annotation)
            if cls is None or cls.path not in {s.file for s in self.project.schemas} | {
                m.file for m in self.project.models
            }:
                continue
            for name in self._fields(cls):
                if name in keys:
                    yield f"{parameter.arg}.{name}", keys[name]

    def _foreign_keys(self, handler: Function) -> dict[str, Owned]:
        """Return the columns of what a handler touches that refer to owned rows."""
        tables = {one.model.table: one for one in self.owned.values()}
        reached = self.program.reached([handler])
        touched = {id(one): one for f in reached for one in self.passing.scoper.writes(f)}
        found = {}
        for one in touched.values():
            for column in one.model.columns:
                table = (column.foreign_key or "").rpartition(".")[0]
                if table in tables and column.name != OWNER:
                    found[column.name] = tables[table]
        return found

    def _fields(self, cls: Class) -> list[str]:
        """Return the fields of a schema, inherited ones first."""
        found = []
        for base in cls.node.bases:
            parent = self.program.class_of(cls.path, base)
            found += self._fields(parent) if parent and parent is not cls else []
        found += [
            name for node in cls.node.body if isinstance(node, ast.AnnAssign)
            for name in names_of_statement(node)
        ]  # fmt: skip
        return list(dict.fromkeys(found))


def _first(function: Function) -> ast.stmt:
    """Return the first statement of a function that is no docstring."""
    body = function.node.body
    first = body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1] if is_docstring and len(body) > 1 else first
