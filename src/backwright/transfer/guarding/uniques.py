"""Unique columns of owned tables: unique for each account, or else they tell what others have."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backwright.project.types import Column, Model, Project
from backwright.source.imports import add_imports
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name, names_of_statement
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.host import Host
from backwright.transfer.guarding.program import Program
from backwright.values import Note

_ARGS = "__table_args__"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column says that it is unique, and the class of its table."""

    path: str
    call: ast.Call
    table: ast.ClassDef


def separable(project: Project, draft: Draft, names: Collection[str]) -> list[str]:
    """Return the unique columns that can be unique for each owner, as `Model.column`.

    It must be the column itself that says so, nothing may refer to it, and it may be no reference:
    whose those rows are is looked up. On SQLite a migration cannot take such a rule back.

    Args:
        project: the host.
        draft: its files.
        names: the models that get an owner's column.
    """
    driver = project.database.driver if project.database else None
    if project.migrations is not None and (driver or "").startswith("sqlite"):
        return []
    program = Program(Sources(draft, project))
    return [
        f"{model.name}.{column.name}"
        for model, column in _unique(project, names)
        if _place(program, project, model, column)
    ]


def _unique(project: Project, names: Collection[str]) -> Iterator[tuple[Model, Column]]:
    for model in project.models:
        for column in model.columns if model.name in names else ():
            if column.unique and not column.primary_key:
                yield model, column


def _place(program: Program, project: Project, model: Model, column: Column) -> _Place | None:
    targets = {c.foreign_key for m in project.models for c in m.columns}
    if column.foreign_key or f"{model.table}.{column.name}" in targets:
        return None
    table = program.classes.get((model.file, model.name))
    path = column.file or model.file
    places = [(c.file or m.file, c.line) for m in project.models for c in m.columns]
    if table is None or places.count((path, column.line)) != 1:
        return None
    own = _table_args(table.node)
    others = (one.node for one in program.line(table)[1:])
    if any(_table_args(one) for one in others) or not isinstance(own, ast.Tuple | ast.Dict | None):
        return None
    calls = [call for call in _calls(program.sources.trees.get(path), column) if _says_so(call)]
    return _Place(path, calls[0], table.node) if len(calls) == 1 else None


def _table_args(node: ast.ClassDef) -> ast.expr | FunctionNode | None:
    """Return what a class says of its table, in whatever way."""
    for statement in node.body:
        if _ARGS in names_of_statement(statement):
            value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
            return value or (statement if isinstance(statement, FunctionNode) else None)
    return None


def _calls(tree: ast.Module | None, column: Column) -> Iterator[ast.Call]:
    """Yield the calls that declare a column, but for those that name it otherwise."""
    for node in ast.walk(tree) if tree else ():
        is_near = isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno == column.line
        if is_near and column.name in names_of_statement(node):  # type: ignore[arg-type]
            calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
            firsts = [
                call.args[0] for call in calls if call.args and "olumn" in last_name(call.func)
            ]
            if not any(isinstance(one, ast.Constant) for one in firsts):
                yield from calls


def _says_so(call: ast.Call) -> bool:
    return any(_is_set(one, "unique") for one in call.keywords)


def _is_set(keyword: ast.keyword, name: str) -> bool:
    value = keyword.value
    return keyword.arg == name and isinstance(value, ast.Constant) and value.value is True


def separate(host: Host, project: Project) -> None:
    """Let columns be unique for each owner, as is wanted; say which stay so among all.

    Args:
        host: the host, whose tables have owners.
        project: what is known of it with them.
    """
    program = Program(Sources(host.draft, project))
    edits: dict[str, Edits] = {}
    tables: Mapping[tuple[str, str], list[str]] = defaultdict(list)
    for model, column in _unique(project, (*host.wanted.direct, *host.wanted.through)):
        at = column.file or model.file, column.line or model.line
        place = _place(program, project, model, column)
        if place is None or f"{model.name}.{column.name}" not in host.wanted.unique:
            host.notes.append(Note(*at, f"{model.name}.{column.name} {_AMONG_ALL}"))
            continue
        _drop(edits.setdefault(place.path, Edits(host.draft.text(place.path))), place.call)
        tables[model.file, model.name].append(column.name)
        host.notes.append(Note(*at, f"{model.name}.{column.name} {_FOR_EACH}"))
    for (path, name), columns in tables.items():
        module = edits.setdefault(path, Edits(host.draft.text(path)))
        listed = [f'UniqueConstraint("{host.owner_column}", "{one}")' for one in columns]
        _rule(module, program.classes[path, name].node, listed)
    library = "sqlmodel" if host.sqlmodel else "sqlalchemy"
    ruled = {path for path, _ in tables}
    for path, module in edits.items():
        wanted = {library: {"UniqueConstraint"}} if path in ruled else {}
        host.draft.write(path, add_imports(module.made(), wanted))
    host.done("unique for each account", *edits)


_AMONG_ALL = "is unique among all accounts: who gives a value that another has is refused, and so learns of it"
_FOR_EACH = (
    "is unique for each account from now on: before the migration is taken back, values that "
    "accounts share by then must be parted"
)


def _drop(edits: Edits, call: ast.Call) -> None:
    """Take `unique=True` away, and an index that the new rule has, too."""
    given: Sequence[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    gone = [
        isinstance(one, ast.keyword) and (_is_set(one, "unique") or _is_set(one, "index"))
        for one in given
    ]
    at = 0
    while at < len(given):
        last = at
        while gone[at] and last + 1 < len(given) and gone[last + 1]:
            last += 1
        if gone[at]:
            start = edits.end(given[at - 1]) if at else edits.start(given[0])
            is_first = at == 0 and last + 1 < len(given)
            end = edits.start(given[last + 1]) if is_first else edits.end(given[last])
            kept = edits.text(start, edits.start(given[at])) if at else ""
            edits.replace(start, end, re.sub(r",\s*", "", kept))
        at = last + 1


def _rule(edits: Edits, table: ast.ClassDef, rules: Sequence[str]) -> None:
    """Give a table rules: beside those that it has, or behind its name."""
    there = _table_args(table)
    said = ", ".join(rules)
    if isinstance(there, ast.Tuple) and there.elts:
        edits.insert(edits.start(there.elts[0]), f"{said}, ")
    elif isinstance(there, ast.Dict):
        edits.insert(edits.start(there), f"({said}, ")
        edits.insert(edits.end(there), ")")
    elif isinstance(there, ast.Tuple):
        edits.replace(edits.start(there), edits.end(there), f"({said},)")
    else:
        _first_rules(edits, table, f"{_ARGS} = ({said},)")


def _first_rules(edits: Edits, table: ast.ClassDef, text: str) -> None:
    named = next((s for s in table.body if "__tablename__" in names_of_statement(s)), None)
    if named:
        edits.insert(edits.end(named), f"\n{' ' * named.col_offset}{text}")
        return
    is_docstring = isinstance(table.body[0], ast.Expr) and len(table.body) > 1
    edits.line_before(table.body[1 if is_docstring else 0], f"{text}\n")
