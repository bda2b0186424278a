"""Many rows made up from a catalog, in the database itself, to see how it finds some of them.

Each column is an expression of the row's number, so a reference is the key's expression of another
number: it leads to a row that is there, whatever the type.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from backwright.host.postgres import Cluster
from backwright.workshop.bench import Database
from backwright.workshop.catalog import Catalog, Column, ForeignKey, Table
from backwright.workshop.rows import Bounds, bounds_of, identifier, parents_first, text

_PARENTS = 100  # rows that refer to one row
_SPREAD = 7919  # a prime: rows that belong together do not lie together
_NUMBERS = frozenset({"int2", "int4", "int8", "float4", "float8", "numeric", "money"})
_KINDS = re.compile(r"(?i)(^|_)(status|state|type|kind|category|level|role|flag|gender|locale)$")
_TRY = """
CREATE FUNCTION pg_temp.fill_many(statements text[]) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE statement text; said text;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        BEGIN
            EXECUTE statement;
            RETURN NULL;
        EXCEPTION WHEN OTHERS THEN
            said := coalesce(said, SQLERRM);
        END;
    END LOOP;
    RETURN said;
END $body$;
CREATE TEMPORARY TABLE said (name text, reason text);
SET session_replication_role = replica;
"""


@dataclass(frozen=True, slots=True)
class _Writing:
    """What one statement is written from."""

    tables: Mapping[str, Table]
    sizes: Mapping[str, int]
    done: frozenset[str]


def fill_many(
    database: Database, catalog: Catalog, cluster: Cluster, tables: Collection[str], rows: int
) -> dict[str, str]:
    """Put rows into some tables of a PostgreSQL, and fewer into those that they refer to.

    Args:
        database: where.
        catalog: its tables.
        cluster: its server.
        tables: the names of those that get `rows` rows.
        rows: how many.

    Returns:
        What went wrong, by table; nothing where all went well.
    """
    known = catalog.named()
    needed = _with_parents(known, tables)
    fewer = max(_PARENTS, rows // _PARENTS)
    sizes = {name: rows if name in tables else min(rows, fewer) for name in needed}
    lines = [_TRY]
    for table, before in parents_first([known[name] for name in needed]):
        writing = _Writing(known, sizes, before)
        statements = [_insert(table, writing, generated=one) for one in (True, False)]
        array = ", ".join(text(one) for one in statements)
        lines.append(
            f"INSERT INTO said VALUES ({text(table.name)}, pg_temp.fill_many(ARRAY[{array}]));\n"  # noqa: S608 - quoted
        )
    lines.append("SELECT coalesce(json_object_agg(name, reason), '{}') FROM said")
    address = database.address
    if address is None:
        return {}
    answer = cluster.query("".join(lines), database=address.database)
    cluster.execute("ANALYZE;\n", database=address.database)
    return {name: reason for name, reason in answer.items() if reason is not None}


def _with_parents(tables: Mapping[str, Table], wanted: Collection[str]) -> list[str]:
    """Return tables and those that they refer to, directly or not."""
    found: dict[str, None] = {}
    waiting = [name for name in wanted if name in tables]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += [key.target for key in tables[name].foreign_keys if key.target in tables]
    return list(found)


def _insert(table: Table, writing: _Writing, *, generated: bool) -> str:
    """Return the statement that fills one table; `generated` gives keys of the database's own, too."""
    values: dict[str, str] = {}
    for place, column in enumerate(table.columns):
        if column.generated and not (generated and column.base in _NUMBERS):
            continue
        value = _value(table, column, place, writing, 0)
        if value is not None:
            values[column.name] = value.replace("{g}", "g")
    names = ", ".join(identifier(name) for name in values)
    listed = ", ".join(values.values())
    return (
        f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE SELECT {listed} "  # noqa: S608 - quoted
        f"FROM generate_series(1, {writing.sizes[table.name]}) g ON CONFLICT DO NOTHING"
    )


def _value(table: Table, column: Column, place: int, writing: _Writing, depth: int) -> str | None:
    """Return a column's value as an expression of `{g}`; nothing where it is left to its default."""
    keys: Sequence[ForeignKey] = [k for k in table.foreign_keys if column.name in k.columns]
    for turn, key in enumerate(table.foreign_keys):
        if key not in keys:
            continue
        target = writing.tables.get(key.target)
        size = writing.sizes.get(key.target, 0)
        if target is None or not size or depth > 8:
            continue
        name = key.target_columns[key.columns.index(column.name)]
        at, referred = next((n, c) for n, c in enumerate(target.columns) if c.name == name)
        if referred is column:
            continue
        few = min(size, max(_PARENTS, max(writing.sizes.values()) // _PARENTS))
        inner = _value(target, referred, at, writing, depth + 1)
        if inner is not None:
            shift = f" + {{g}} / {few} * {turn}" if turn else ""  # else two keys would go together
            return inner.replace("{g}", f"(1 + ({{g}}::bigint * {_SPREAD}{shift}) % {few})")
    if keys and not column.not_null:
        return "NULL"
    return _plain(column, place, bounds_of(table).get(column.name) or Bounds())


def _plain(column: Column, place: int, limits: Bounds) -> str | None:
    """Return a value of a column that refers to nothing."""
    labels = column.labels or limits.choices
    if labels and column.base != "array":
        listed = ", ".join(text(one) for one in labels)
        return f"((ARRAY[{listed}])[1 + {{g}} % {len(labels)}])::{column.type}"
    if column.base in _NUMBERS:
        return _number(column, limits)
    if column.base == "bool":
        return "({g} % 2 = 0)"
    if column.base == "uuid":
        return f"md5('{place}-' || {{g}})::uuid"
    if column.base == "date":
        return "(date '2020-01-01' + (({g}::bigint * 7919) % 2000)::int)"
    if column.base in ("timestamp", "timestamptz"):
        return f"(timestamp '2020-01-01' + (({{g}}::bigint * {_SPREAD}) % 2000000) * interval '1 minute')"
    if column.base in ("text", "varchar", "bpchar", "citext", "name"):
        return _words(column, limits)
    return _rarer(column)


def _number(column: Column, limits: Bounds) -> str:
    most = {"int2": 32_000}.get(column.base, 2_000_000_000)
    digits = re.search(r"\((\d+)(?:,\s*(\d+))?\)", column.type)
    if digits and column.base == "numeric":
        most = min(most, 10 ** (int(digits[1]) - int(digits[2] or 0)) - 1)
    least = int(limits.least or 0) if limits.least is not None else 0
    if limits.most is not None:
        most = min(most, int(limits.most))
    if least == 0 and most == 2_000_000_000:
        return "{g}"
    return f"({least} + {{g}} % {max(1, most - least + 1)})"


def _words(column: Column, limits: Bounds) -> str:
    longest = min(column.length or 200, limits.longest or 200)
    if _KINDS.search(column.name):
        return f"left({text(column.name)} || '-' || {{g}} % 8, {longest})"
    if longest < len(column.name) + 12:
        return f"left(md5({{g}}::text), {longest})"
    if "mail" in column.name.lower():
        return f"left('person' || {{g}} || '@example.com', {longest})"
    words = f"{text(column.name)} || '-' || {{g}}"
    return f"rpad({words}, {limits.shortest}, 'x')" if limits.shortest else f"({words})"


def _rarer(column: Column) -> str | None:
    """Return a value of a rarer type; a default, else null, is as good where there is one."""
    values = {
        "time": "time '12:00:00'",
        "interval": "({g} % 1000) * interval '1 hour'",
        "json": "json_build_object('n', {g})",
        "jsonb": "jsonb_build_object('n', {g})",
        "bytea": "decode(md5({g}::text), 'hex')",
        "array": "'{}'",
        "inet": "('10.0.0.0'::inet + {g}::bigint % 16000000)",
        "tsvector": "to_tsvector('simple', 'word' || {g})",
    }
    if column.base in values:
        return values[column.base]
    return None if column.default is not None else "NULL"
