"""Indexes and constraints on tables in use: made so that nobody is locked out."""

from __future__ import annotations

from backwright.transfer.migration.operations import Operation, qualified, quoted, segment
from backwright.transfer.migration.phases import execute
from backwright.transfer.migration.work import Work, schema_of


def create_index(work: Work, found: Operation, table: str) -> None:
    """Make an index while everybody reads and writes, if statements may stand apart."""
    if not work.apart:
        work.phases.notes.append(
            f"an index of {table} is made while nobody can write: env.py keeps all in a transaction"
        )
        work.phases.first.append(found.code)
        return
    work.phases.apart += _index(
        segment(found.source, found.call.args[0]) if found.call.args else "None",
        segment(found.source, found.call.args[1]) if len(found.call.args) > 1 else repr(table),
        found.option("schema"),
        found.with_options(postgresql_concurrently="True"),
    )


def _index(name: str, table: str, schema: str | None, code: str) -> list[str]:
    """Make an index after taking away what an interrupted try left: it may be invalid."""
    more = f", schema={schema}" if schema else ""
    drop = (
        f"op.drop_index({name}, table_name={table}{more}, "
        "postgresql_concurrently=True, if_exists=True)"
    )
    return [drop, code]


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
    work.phases.apart += _index(repr(name), repr(table), schema, code)
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
        work.phases.first.append(found.code)
        return
    first = repr(name) if found.text(0) is None else segment(found.source, found.call.args[0])
    rest = [segment(found.source, a) for a in found.call.args[1:]]
    rest += [f"{k.arg}={segment(found.source, k.value)}" for k in found.call.keywords]
    arguments = ", ".join([first, *rest, "postgresql_not_valid=True"])
    code = f"op.{found.name}({arguments})"
    if work.repeatable:
        work.phases.begin(code, f"{_dropped(found, first)}\n{code}")
    else:
        constrain(work, code, where, quoted(name))
    work.phases.first_locks = True
    work.phases.apart.append(execute([f"ALTER TABLE {where} VALIDATE CONSTRAINT {quoted(name)}"]))


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
    work.phases.apart.append(found.with_options(postgresql_concurrently="True", if_exists="True"))
