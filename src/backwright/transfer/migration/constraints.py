"""Indexes and constraints on tables in use: made so that nobody is locked out."""

from __future__ import annotations

import ast

from backwright.transfer.migration.operations import Operation, qualified, quoted, segment
from backwright.transfer.migration.phases import execute, if_there
from backwright.transfer.migration.work import Work, schema_of, table_of


def create_index(work: Work, found: Operation, table: str) -> None:
    """Make an index while everybody reads and writes, if statements may stand apart."""
    if not work.apart:
        work.phases.notes.append(
            f"an index of {table} is made while nobody can write: nothing leaves the migration's "
            "transaction here"
        )
        work.phases.first.append(found.code)
        return
    code = found.with_options(postgresql_concurrently="True")
    work.phases.apart += [_drop(work, found), code]


def _drop(work: Work, found: Operation, name: str | None = None) -> str:
    """Return the call that takes away an index if it is there; an interrupted try may have left it.

    Args:
        work: the function that it stands in.
        found: the operation that makes the index, or drops it.
        name: the name of the index, where that is not the operation's first argument.
    """
    schema, table = found.option("schema"), repr(table_of(found))
    said = name or found.text(0, "index_name")
    if not work.able.indexes and said:
        where = qualified(said, schema_of(found))
        return execute([f"DROP INDEX CONCURRENTLY IF EXISTS {where}"])
    shown = repr(name) if name else segment(found.source, found.call.args[0])
    more = f", schema={schema}" if schema else ""
    return (
        f"op.drop_index({shown}, table_name={table}{more}, "
        "postgresql_concurrently=True, if_exists=True)"
    )


DROPS = ("drop_constraint", "drop_index")


def again_dropped(work: Work, found: Operation, code: str) -> str:
    """Return how a rule or an index is dropped that an earlier try may have dropped."""
    if "if_exists" in code or (work.able.columns if found.name == DROPS[0] else work.able.indexes):
        return code if "if_exists" in code else if_there(code)
    name, table = found.text(0), found.text(1, "table_name")
    if name is not None and found.name == "drop_index":
        return execute([f"DROP INDEX IF EXISTS {qualified(name, schema_of(found))}"])
    if name is None or table is None:
        return code
    where = qualified(table, schema_of(found))
    return execute([f"ALTER TABLE {where} DROP CONSTRAINT IF EXISTS {quoted(name)}"])


def create_unique(work: Work, found: Operation, table: str) -> None:
    """Make the index first, which locks nobody out, and then a constraint of it."""
    columns = found.names(2, "columns")
    if not work.apart or not columns:
        work.phases.first.append(found.code)
        return
    name = found.text(0, "constraint_name") or f"{table}_{'_'.join(columns)}_key"[:63]
    schema = found.option("schema")
    more = f", schema={schema}" if schema else ""
    listed = ", ".join(repr(c) for c in columns)
    code = (
        f"op.create_index({name!r}, {table!r}, [{listed}], unique=True{more}, "
        "postgresql_concurrently=True)"
    )
    work.phases.apart += [_drop(work, found, name), code]
    where = qualified(table, schema_of(found))
    work.phases.last.append(
        execute(
            [f"ALTER TABLE {where} ADD CONSTRAINT {quoted(name)} UNIQUE USING INDEX {quoted(name)}"]
        )
    )


def create_foreign_key(work: Work, found: Operation, table: str) -> None:
    """Let a reference hold for new rows at once, and for the others after a look at them."""
    columns = found.names(3, "local_cols")
    name = found.text(0, "constraint_name") or f"{table}_{'_'.join(columns)}_fkey"[:63]
    _not_valid(work, found, name, qualified(table, schema_of(found, "source_schema")))


def create_check(work: Work, found: Operation, table: str) -> None:
    """Let a check hold for new rows at once, and for the others after a look at them."""
    name = found.text(0, "constraint_name")
    if name is None:
        work.phases.first.append(found.code)
        return
    _not_valid(work, found, name, qualified(table, schema_of(found)))


def _not_valid(work: Work, found: Operation, name: str, where: str) -> None:
    """Let a constraint hold for new rows at once, and look at the old ones without a lock."""
    if not work.apart:
        work.phases.notes.append(f"all rows of {where} are looked at while nobody can write")
        work.phases.first.append(found.code)
        return
    first = repr(name) if found.text(0) is None else segment(found.source, found.call.args[0])
    rest = [segment(found.source, a) for a in found.call.args[1:]]
    rest += [f"{k.arg}={segment(found.source, k.value)}" for k in found.call.keywords]
    arguments = ", ".join([first, *rest, "postgresql_not_valid=True"])
    code = f"op.{found.name}({arguments})"
    if not work.able.not_valid:
        rule = _in_sql(found)
        if rule is None:
            work.phases.first.append(found.code)
            return
        add = f"ALTER TABLE {where} ADD CONSTRAINT {quoted(name)} {rule} NOT VALID"
        constrain(work, execute([add]), where, quoted(name))
    elif work.able.columns:
        work.phases.begin(code, f"{_dropped(found, first)}\n{code}")
    else:
        constrain(work, code, where, quoted(name))
    work.phases.apart.append(execute([f"ALTER TABLE {where} VALIDATE CONSTRAINT {quoted(name)}"]))


def _in_sql(found: Operation) -> str | None:
    """Return what a constraint asks for, in SQL; None where its parts are no plain texts."""
    if found.name == "create_check_constraint":
        node = found.argument(2, "condition")
        inner = node.args[0] if isinstance(node, ast.Call) and node.args else node
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            return f"CHECK ({inner.value})"
        return None
    table = found.text(2, "referent_table")
    columns, targets = found.names(3, "local_cols"), found.names(4, "remote_cols")
    if table is None or not columns or not targets:
        return None
    target = qualified(table, schema_of(found, "referent_schema"))
    own, others = (", ".join(quoted(n) for n in names) for names in (columns, targets))
    rule = f"FOREIGN KEY ({own}) REFERENCES {target} ({others})"
    for option, word in (("ondelete", "ON DELETE"), ("onupdate", "ON UPDATE")):
        value = found.option(option)
        rule += f" {word} {ast.literal_eval(value)}" if value and value != "None" else ""
    return rule


def _dropped(found: Operation, name: str) -> str:
    """Return the call that takes away what an earlier try may have left."""
    is_key = found.name == "create_foreign_key"
    table = segment(found.source, found.call.args[1])
    schema = found.option("source_schema" if is_key else "schema")
    more = f", schema={schema}" if schema else ""
    kind = "foreignkey" if is_key else "check"
    return f'op.drop_constraint({name}, {table}, type_="{kind}"{more}, if_exists=True)'


def constrain(work: Work, code: str, where: str, name: str) -> None:
    """Add a constraint in the first phase; an earlier try may have left it."""
    drop = execute([f"ALTER TABLE {where} DROP CONSTRAINT IF EXISTS {name}"])
    work.phases.begin(code, f"{drop}\n{code}")


def drop_index(work: Work, found: Operation, _: str) -> None:
    """Take an index away while everybody reads and writes, if statements may stand apart."""
    if not work.apart:
        work.phases.first.append(found.code)
        return
    if work.able.indexes:
        code = found.with_options(postgresql_concurrently="True", if_exists="True")
        work.phases.apart.append(code)
    else:
        work.phases.apart.append(_drop(work, found))
