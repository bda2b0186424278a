"""The tables that the migration scripts of a project make, read step by step."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from backwright.audit.sources import FunctionNode, Source, argument, last_name
from backwright.audit.subject import Subject

_DDL = re.compile(r"(?is)\b(create|alter|drop|rename)\s+(table|view|schema)\b")
_HARMLESS = frozenset({
    "create_index", "drop_index", "create_foreign_key", "drop_constraint", "create_unique_constraint",
    "create_check_constraint", "create_primary_key", "f", "get_bind", "get_context", "bulk_insert",
    "execute", "create_table_comment", "drop_table_comment", "inline_literal", "create_exclude_constraint",
})  # fmt: skip


@dataclass
class Schema:
    """Tables and the columns that they have by now.

    `made` are the tables that a script made, `renames` tells whether a column got another name.
    """

    tables: dict[str, set[str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    renames: bool = False

    def columns(self, table: str) -> frozenset[str] | None:
        """Return a table's columns; `None` where no script makes it."""
        name = table if table in self.made else table.rpartition(".")[2]
        return frozenset(self.tables.get(name, ())) if name in self.made else None


class _UnreadableError(Exception):
    """A step does something that reading cannot follow."""


def schema_of(subject: Subject) -> Schema | None:
    """Return what the scripts make in the end; `None` where a step of theirs cannot be read.

    So it is without scripts, with two heads, and with SQL that makes tables.
    """
    facts = subject.project.migrations
    if facts is None or facts.tool != "alembic":
        return None
    scripts = {}
    for source in subject.all.values():
        found = _revision(source)
        if found is not None and source.file.startswith(facts.folder.rstrip("/") + "/"):
            scripts[found[0]] = (found[1], source)
    order = _in_order({name: down for name, (down, _) in scripts.items()})
    if not order:
        return None
    schema = Schema()
    try:
        for name in order:
            _apply(scripts[name][1], schema)
    except _UnreadableError:
        return None
    return schema


def _revision(source: Source) -> tuple[str, str | None] | None:
    """Return a script's revision and the one before it."""
    name = source.bindings.get("revision")
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return None
    down = source.bindings.get("down_revision")
    if isinstance(down, ast.Constant) and isinstance(down.value, str | None):
        return name.value, down.value
    return None


def _in_order(scripts: dict[str, str | None]) -> list[str]:
    """Return revisions from the first on; none where they are no one line."""
    after = {down: name for name, down in scripts.items()}
    if len(after) < len(scripts):
        return []
    order: list[str] = []
    name = after.get(None)
    while name is not None:
        order.append(name)
        name = after.get(name)
    return order if len(order) == len(scripts) else []


def _apply(source: Source, schema: Schema) -> None:
    upgrade = source.bindings.get("upgrade")
    if not isinstance(upgrade, FunctionNode):
        raise _UnreadableError
    _statements(upgrade.body, schema, None)


def _statements(body: list[ast.stmt], schema: Schema, table: str | None) -> None:
    """Follow statements; `table` is the one that a batch is about."""
    for one in body:
        if isinstance(one, ast.With):
            _batch(one, schema)
        elif isinstance(one, ast.Expr) and isinstance(one.value, ast.Call):
            _call(one.value, schema, table)
        elif any(_is_step(it) for it in ast.walk(one)):
            raise _UnreadableError  # a step under a condition, or in a loop


def _batch(one: ast.With, schema: Schema) -> None:
    call = one.items[0].context_expr
    if not isinstance(call, ast.Call) or last_name(call.func) != "batch_alter_table":
        raise _UnreadableError
    _statements(one.body, schema, _text(argument(call, 0, "table_name")))


def _is_step(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return last_name(node.func.value) in {"op", "batch_op"} and node.func.attr not in _HARMLESS


def _call(call: ast.Call, schema: Schema, batch: str | None) -> None:
    """Follow one step."""
    name = last_name(call.func)
    if name == "execute" and any(
        isinstance(it, ast.Constant) and isinstance(it.value, str) and _DDL.search(it.value)
        for it in ast.walk(call)
    ):
        raise _UnreadableError
    if not _is_step(call):
        return
    first = 0 if batch is not None else 1
    table = batch or _text(argument(call, 0, "table_name"))
    if name == "create_table":
        schema.made.add(table)
        schema.tables[table] = {_column(one) for one in call.args[1:] if _is_column(one)}
    elif name == "drop_table":
        schema.tables.pop(table, None)
        schema.made.discard(table)
    elif name == "rename_table":
        new = _text(argument(call, 1, "new_table_name"))
        schema.tables[new] = schema.tables.pop(table, set())
        schema.made = {new if it == table else it for it in schema.made}
    elif name == "add_column":
        schema.tables.setdefault(table, set()).add(_column(argument(call, first, "column")))
    elif name == "drop_column":
        schema.tables.get(table, set()).discard(_text(argument(call, first, "column_name")))
    elif name == "alter_column":
        _renamed(call, schema, table, first)
    else:
        raise _UnreadableError


def _renamed(call: ast.Call, schema: Schema, table: str, first: int) -> None:
    new = argument(call, -1, "new_column_name")
    if new is not None:
        schema.renames = True
        held = schema.tables.setdefault(table, set())
        held.discard(_text(argument(call, first, "column_name")))
        held.add(_text(new))


def _is_column(node: ast.expr) -> bool:
    if isinstance(node, ast.Starred):
        raise _UnreadableError
    return isinstance(node, ast.Call) and last_name(node.func) == "Column"


def _column(node: ast.expr | None) -> str:
    return _text(node.args[0] if isinstance(node, ast.Call) and node.args else None)


def _text(node: ast.expr | None) -> str:
    if isinstance(node, ast.Call) and last_name(node.func) == "f" and node.args:
        node = node.args[0]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise _UnreadableError
