"""References that clients send: a row may only refer to rows of its own owner."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backwright.project.types import Project
from backwright.transfer.grow.seams import Dependency
from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.lookups import LookUps
from backwright.transfer.guarding.owned import Owned
from backwright.transfer.guarding.passing import Passing, Said, append_parameter, put_parameter
from backwright.transfer.guarding.program import Function, Program

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
            if one and one.direct and not self._is_given(handler, parameter):
                lines.append(f"{parameter.arg}.{one.column} = {said.caller}")
        variable = self._session(handler)
        sent = [one for one in dict.fromkeys(self._sent(handler)) if self._is_open(handler, *one)]
        if not variable and sent:
            variable = "session"
            needed |= _with_session(handler, edits, said, session, variable)
        waits = "await " if session.kind[1] == "AsyncSession" else ""
        for expression, target in sent:
            name = target.model.name
            if (
                method == "POST"
                and target.is_account
                and self._may_be_left_out(handler, expression)
            ):
                lines += [f"if {expression} is None:", f"    {expression} = {said.caller}"]
            mine = target.condition(name, said.caller, itself=target.is_account)
            chosen = f"select({name}).where({name}.{target.key} == {expression}, {mine})"
            lines.append(f"{waits}{CHECK}({variable}, {expression}, {chosen})")
            needed |= {CHECK, "select", name, *target.words(mine)}
        if lines:
            self.passing.needing.add(handler)
        for line in lines:
            edits.line_before(_first(handler), line)
        return needed

    def _session(self, handler: Function) -> str:
        for parameter in handler.parameters:
            if self.program.is_session(handler, ast.Name(parameter.arg)):
                return parameter.arg
        return ""

    def _is_open(self, handler: Function, expression: str, target: Owned) -> bool:
        """Tell whether a handler takes over a reference without a look at its row."""
        scoper = self.passing.scoper
        if must_stay(handler, expression):
            return False
        is_plain = not target.is_account and not scoper.sharing
        return not (is_plain and LookUps(self.program, scoper, target).refuses(handler, expression))

    def _is_given(self, handler: Function, parameter: ast.arg) -> bool:
        """Tell whether a function gives a row, which is no body: it looked it up, and scoped that."""
        return any(one.args or one.keywords for one in self.program.givers(handler, parameter))

    def _table(self, handler: Function, parameter: ast.arg) -> Owned | None:
        cls = self.program.class_of(handler.path, parameter.annotation)
        return self.owned.get((cls.path, cls.node.name)) if cls else None

    def takes_over(self, handler: Function) -> bool:
        """Tell whether a row that a handler is sent is written over whatever has its key."""
        bodies = (one for one in handler.parameters if not self._is_given(handler, one))
        if not any(self._table(handler, one) for one in bodies):
            return False
        calls = (n for f in self.program.reached([handler]) for n in self.program.walk(f))
        return any(isinstance(n, ast.Call) and last_name(n.func) == "merge" for n in calls)

    def _sent(self, handler: Function) -> Iterator[tuple[str, Owned]]:
        """Yield the expressions of a handler that are keys of owned rows, sent by the client."""
        keys = self._foreign_keys(handler)
        for parameter in handler.parameters:
            if parameter.arg in keys:
                yield parameter.arg, keys[parameter.arg]
            cls = self.program.class_of(handler.path, parameter.annotation)
            if cls and self._table(handler, parameter) and self._is_given(handler, parameter):
                continue
            if cls is None or cls.path not in {s.file for s in self.project.schemas} | {
                m.file for m in self.project.models
            }:
                continue
            for name in self.program.fields(cls):
                if name in keys:
                    yield f"{parameter.arg}.{name}", keys[name]

    def _foreign_keys(self, handler: Function) -> dict[str, Owned]:
        """Return the columns of what a handler touches that refer to owned rows."""
        tables = {one.model.table: one for one in self.owned.values()}
        reached = self.program.reached([handler])
        scoper = self.passing.scoper
        touched = {id(one): one for f in reached for one in scoper.writes(f)}
        if scoper.variety and any(scoper.varies(f) for f in reached):
            named = (self.owned.get(key) for key in scoper.variety.reached(handler))
            touched |= {id(one): one for one in named if one}
        found = {}
        for one in touched.values():
            for column in one.model.columns:
                table = (column.foreign_key or "").rpartition(".")[0]
                if table in tables and column.name != one.column:
                    found[column.name] = tables[table]
        return found

    def _may_be_left_out(self, handler: Function, expression: str) -> bool:
        """Tell whether a row may be of no account, as far as its column says."""
        column = expression.rpartition(".")[2]
        return "." in expression and any(
            one.name == column and one.nullable
            for model in self.project.models
            for one in model.columns
            if one.foreign_key
        )


def _with_session(
    handler: Function, edits: Edits, said: Said, session: Dependency, variable: str
) -> set[str]:
    """Give a handler a session; return the names that it needs."""
    kind, getter = session.kind[1], session.getter[1]
    if said.alias is None:
        append_parameter(handler, edits, f"{variable}: {kind} = Depends({getter})")
        return {kind, getter, "Depends"}
    put_parameter(handler, edits, f"{variable}: Annotated[{kind}, Depends({getter})]")
    return {kind, getter, "Depends", "Annotated"}


def must_stay(handler: Function, expression: str) -> bool:
    """Tell whether a handler refuses another reference than its row has: then none is new."""
    for node in ast.walk(handler.node):
        test = node.test if isinstance(node, ast.If) else None
        if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.NotEq):
            continue
        raises = isinstance(node, ast.If) and any(isinstance(s, ast.Raise) for s in node.body)
        sides = [test.left, *test.comparators]
        other = [s for s in sides if ast.unparse(s) != expression]
        same = all(isinstance(s, ast.Attribute) and s.attr == expression.rpartition(".")[2]
                   for s in other)  # fmt: skip
        if raises and len(other) == 1 and len(sides) == 2 and same:
            return True
    return False


def _first(function: Function) -> ast.stmt:
    """Return the first statement of a function that is no docstring."""
    body = function.node.body
    first = body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1] if is_docstring and len(body) > 1 else first
