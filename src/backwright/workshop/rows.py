"""Rows made up from a catalog: the statements that `filling` tries.

Types, not-null, defaults, enum labels, bounds that check constraints write in the usual ways, and
foreign keys: row number i refers to row number i of every parent, so that composite keys agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.workshop.catalog import Column, Dialect, ForeignKey, Table


@dataclass(frozen=True, slots=True)
class Bounds:
    """What check constraints ask of one column."""

    least: float | None = None
    most: float | None = None
    shortest: int | None = None
    longest: int | None = None
    choices: tuple[str, ...] = ()


def parents_first(tables: Sequence[Table]) -> Iterator[tuple[Table, frozenset[str]]]:
    """Yield the tables so that those referred to come first, each with what came before it.

    In a cycle the table goes first that has the fewest required references left.
    """
    waiting = {table.name: table for table in tables}
    done: set[str] = set()
    while waiting:

        def missing(table: Table) -> tuple[int, int, str]:
            required = {column.name for column in table.columns if column.not_null}
            open_keys = [key for key in table.foreign_keys if key.target in waiting]
            others = [key for key in open_keys if key.target != table.name]
            hard = [key for key in others if set(key.columns) & required]
            return len(hard), len(others), table.name

        table = min(waiting.values(), key=missing)
        yield table, frozenset(done)
        done.add(table.name)
        del waiting[table.name]


def attempts(table: Table, number: int, before: frozenset[str], dialect: Dialect) -> Iterator[str]:
    """Yield INSERT statements for one row, the likeliest first.

    They differ in which of the nullable columns have a value: every other one, all, none, and
    each alone (for constraints such as "exactly one of the two").
    """
    nullable = [
        column.name for column in table.columns if not column.not_null and not column.generated
    ]
    wanted = [set(nullable) if number % 2 == 0 else set(), set(nullable), set()]
    wanted += [{name} for name in nullable[:8]]
    seen = set()
    for chosen in wanted:
        statement = _insert(table, number, before, chosen, dialect)
        if statement not in seen:
            seen.add(statement)
            yield statement


def _insert(
    table: Table, number: int, before: frozenset[str], chosen: set[str], dialect: Dialect
) -> str:
    """Return the INSERT of one row with a value in the chosen nullable columns."""
    references: dict[str, str] = {}
    # What refers to other tables counts before what refers to this one, which may be empty yet.
    for key in sorted(
        table.foreign_keys, key=lambda key: (key.target != table.name, len(key.columns))
    ):
        references |= _reference(table, key, number, before, dialect)
    bounds = bounds_of(table)
    values: dict[str, str] = {}
    for place, column in enumerate(table.columns):
        if not column.not_null and column.name not in chosen:
            if column.default is not None and not column.generated:
                values[column.name] = "NULL"
            continue
        if column.name in references:
            values[column.name] = references[column.name]
        elif any(column.name in key.columns for key in table.foreign_keys):
            continue  # it refers to a table that has no rows yet
        elif not column.generated and (column.default is None or number == 1):
            if column.default is not None and _draws(column):
                continue
            values[column.name] = _value(column, number, place, bounds.get(column.name), dialect)
    if not values:
        return f"INSERT INTO {table.name} DEFAULT VALUES"
    names = ", ".join(identifier(name) for name in values)
    listed = ", ".join(values.values())
    return f"INSERT INTO {table.name} ({names}) VALUES ({listed})"  # noqa: S608 - names are quoted


def _draws(column: Column) -> bool:
    """Tell whether a default takes a new value for each row, so that ours would get in its way."""
    return "nextval" in (column.default or "") or "uuid" in (column.default or "")


def _reference(
    table: Table, key: ForeignKey, number: int, before: frozenset[str], dialect: Dialect
) -> dict[str, str]:
    """Return an expression for each column of a foreign key: row `number` of the other table."""
    if key.target not in before and key.target != table.name:
        return {}
    order, most = ("rowid", "max") if dialect == "sqlite" else ("ctid", "greatest")
    return {
        name: (
            f"(SELECT {identifier(target)} FROM {key.target} ORDER BY {order} LIMIT 1 "  # noqa: S608
            f"OFFSET {number} % (SELECT {most}(1, count(*)) FROM {key.target}))"
        )
        for name, target in zip(key.columns, key.target_columns, strict=True)
    }


def _value(column: Column, number: int, place: int, bounds: Bounds | None, dialect: Dialect) -> str:
    """Return a literal for a column: different in each row, rising with the column's place."""
    limits = bounds or Bounds()
    if limits.choices:
        return text(limits.choices[number % len(limits.choices)])
    if column.labels:
        return text(column.labels[number % len(column.labels)])
    base = column.base
    day = f"2024-{1 + place % 12:02d}-{number + 1:02d}"
    if base in ("int2", "int4", "int8", "integer", "int", "bigint", "smallint", "float4", "float8"):
        return _number(number + 1 + place, limits)
    if base in ("numeric", "decimal", "float", "real", "double precision", "money"):
        digits = re.search(r"\((\d+)(?:,\s*(\d+))?\)", column.type)
        small = digits is not None and int(digits[1]) - int(digits[2] or 0) < 2
        return _number(number % 10 if small else number + 1 + place, limits)
    if base in ("bool", "boolean"):
        return "true" if number % 2 == 0 else "false"
    if base == "uuid":
        return f"'00000000-0000-4000-8000-{place:04d}{number + 1:08d}'"
    if base in ("date",):
        return f"'{day}'"
    if base in ("timestamp", "timestamptz", "datetime"):
        return f"'{day} 12:00:00{'.000000' if dialect == 'sqlite' else '+00'}'"
    return _other(column, number, place, limits, dialect)


def _other(column: Column, number: int, place: int, limits: Bounds, dialect: Dialect) -> str:
    """Return a literal of the rarer types; text for the rest."""
    literals = {
        "time": "'12:00:00'",
        "timetz": "'12:00:00+00'",
        "interval": f"'{number + 1} days'",
        "json": f"'{{\"n\": {number}}}'",
        "jsonb": f"'{{\"n\": {number}}}'",
        "bytea": f"'\\x{number:02x}'",
        "blob": f"x'{number:02x}'",
        "array": "'{}'",
        "inet": f"'10.0.{place % 250}.{number + 1}'",
        "cidr": f"'10.{place % 250}.{number + 1}.0/24'",
        "macaddr": f"'08:00:2b:01:02:{number:02x}'",
        "tsvector": "''",
        "point": f"'({number},{place})'",
        "xml": "'<a/>'",
        "ltree": f"'a{number}'",
        "hstore": "'a=>1'",
    }
    if column.base in literals:
        return literals[column.base]
    if column.base.endswith("range") or column.base.endswith("multirange"):
        return "'empty'" if column.base.endswith("range") else "'{}'"
    if column.base == "vector":
        size = re.search(r"\((\d+)\)", column.type)
        zeros = ",".join(["0"] * int(size[1] if size else 3))
        return f"'[{zeros}]'"
    if dialect == "sqlite" and column.length == 32 and column.base == "char":
        return f"'{place:016x}{number + 1:016x}'"
    return text(_words(column, number, place, limits))


def _words(column: Column, number: int, place: int, limits: Bounds) -> str:
    """Return a text that differs in each row and keeps to the column's length."""
    words = f"{column.name}-{number + 1}".lower()
    if "mail" in column.name.lower():
        words = f"person{number + 1}.{place}@example.com"
    elif "url" in column.name.lower() or column.name.lower() == "link":
        words = f"https://example.com/{place}/{number + 1}"
    longest = min(column.length or 10**6, limits.longest or 10**6)
    if len(words) > longest:
        words = f"{number + 1}{words}"[:longest]
    return words.ljust(limits.shortest or 0, "x")


def _number(wanted: int, limits: Bounds) -> str:
    """Return a number as near to the wanted one as the bounds allow."""
    value = float(wanted)
    if limits.least is not None and value < limits.least:
        value = limits.least + wanted
    if limits.most is not None and value > limits.most:
        low = limits.least if limits.least is not None else limits.most - 1
        value = min(low + wanted % 10, limits.most)
    return str(int(value)) if value == int(value) else str(value)


_COMPARISON = re.compile(
    r"(?P<size>(?:char_|character_)?length\s*\(\s*)?\(*\"?(?P<name>\w+)\"?\)*"
    r"(?:::[\w ]+)?\)*\s*(?P<operator>>=|<=|>|<)\s*\(*'?(?P<value>-?\d+(?:\.\d+)?)",
)
_BETWEEN = re.compile(r"(\S+)\s+BETWEEN\s+(\S+)\s+AND\s+", re.IGNORECASE)
_CHOICES = re.compile(
    r"\(*\"?(\w+)\"?\)*(?:::[\w ]+)?\s*(?:=\s*ANY\s*\(+\s*ARRAY\s*\[|IN\s*\()(.*?)[\])]",
    re.IGNORECASE | re.DOTALL,
)


def bounds_of(table: Table) -> dict[str, Bounds]:
    """Read bounds from check constraints as PostgreSQL and SQLite write them back."""
    found: dict[str, dict[str, float]] = {}
    choices: dict[str, tuple[str, ...]] = {}
    for text in table.checks:
        for match in _COMPARISON.finditer(_BETWEEN.sub(r"\1 >= \2 AND \1 <= ", text)):
            name, operator, value = match["name"], match["operator"], float(match["value"])
            least = operator in (">=", ">")
            kind = (
                ("shortest" if least else "longest")
                if match["size"]
                else ("least" if least else "most")
            )
            step = {">": 1, "<": -1}.get(operator, 0)
            found.setdefault(name, {})[kind] = value + step
        for name, listed in _CHOICES.findall(text):
            choices[name] = tuple(re.findall(r"'((?:[^']|'')*)'", listed))
    names = set(found) | set(choices)
    return {
        name: Bounds(
            least=found.get(name, {}).get("least"),
            most=found.get(name, {}).get("most"),
            shortest=_whole(found.get(name, {}).get("shortest")),
            longest=_whole(found.get(name, {}).get("longest")),
            choices=choices.get(name, ()),
        )
        for name in names
    }


def _whole(value: float | None) -> int | None:
    """Return a bound of a length as a whole number."""
    return None if value is None else int(value)


def identifier(name: str) -> str:
    """Quote a column's name, always."""
    return '"' + name.replace('"', '""') + '"'


def text(words: str) -> str:
    """Quote an SQL string."""
    return "'" + words.replace("'", "''") + "'"
