"""Values that a column's type does not take, told by the statement that the driver refused."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import finished, rewritten, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called, last_name
from backwright.project.types import Column
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_ARGUMENT = r"invalid input for query argument \$(?P<number>\d+).*?can't subtract offset-naive and offset-aware"
_INSERT = re.compile(r"\[SQL: INSERT INTO \"?(?P<table>\w+)\"? \((?P<columns>[^)]*)\)")
_UPDATE = re.compile(r"\[SQL: UPDATE \"?(?P<table>\w+)\"?")


@diagnosis
def without_zone(evidence: Evidence) -> Iterator[Cause]:
    """Tell which column has no time zone, where asyncpg refuses a time that has one (or the reverse)."""
    for ground, raised, match in evidence.raised(_ARGUMENT):
        text = ground.failure.text
        column = _column(evidence, text, int(match["number"]))
        zone = f"${match['number']}::TIMESTAMP WITH TIME ZONE" in text
        place = Place(column.file, column.line) if column and column.file else ground.place
        shown = f"the column {column.name}" if column else "a column"
        yield Cause(
            "database", "column-without-zone" if not zone else "value-without-zone",
            f"{shown} has no time zone, and the time that is stored has one" if not zone else
            f"{shown} has a time zone, and the time that is stored has none",
            (raised.text.split("\n", 1)[0],), place,
            "DateTime(timezone=True), and a migration: ALTER COLUMN … TYPE timestamptz USING … AT TIME ZONE "
            "'UTC'" if not zone else "make it by datetime.now(UTC)", "repeat the request",
            repairs=_zoned(evidence, column) if column and not zone else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


_DIFFERENT = (
    r"operator does not exist: (?P<stored>[\w ]+?) = (?P<given>[\w ]+?)(?:\n|$)|"
    r"column \"(?P<name>\w+)\" is of type (?P<kept>[\w ]+) but expression is of type (?P<sent>[\w ]+)"
)
_WHERE = re.compile(
    r"\"?(?P<table>\w+)\"?\.\"?(?P<name>\w+)\"? = (?:\$\d+::|%\(\w+\)s::)(?P<type>[\w ]+)"
)


@diagnosis
def other_type(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a column that has another type in the database than in its model."""
    for ground, raised, match in evidence.raised(_DIFFERENT):
        text = ground.failure.text
        where = _WHERE.search(text)
        inserted = re.search(r"\[SQL: (?:INSERT INTO|UPDATE) \"?(?P<table>\w+)", text)
        table = where["table"] if where else inserted["table"] if inserted else ""
        name = match["name"] or (where["name"] if where else "")
        stored, sent = match["stored"] or match["kept"], match["given"] or match["sent"]
        model = next((one for one in evidence.project.models if one.table == table), None)
        column = next((one for one in (model.columns if model else ()) if one.name == name), None)
        if column is None or not _is_of(column.type, sent):
            continue  # the request has another type than the model: the diagnosis of constraints says it
        yield Cause(
            "database", "column-type-differs",
            f"the column {table}.{name} is {stored} in the database, and {column.type} in the model",
            (raised.text.split("\n", 1)[0],), Place(column.file, column.line) if column.file else ground.place,
            f"a migration: ALTER TABLE {table} ALTER COLUMN {name} TYPE {sent} USING {name}::{sent}; or the "
            "model's type as the table has it", "repeat the request", failure=ground.number, count=ground.count,
        )  # fmt: skip


def _is_of(written: str, kind: str) -> bool:
    """Tell whether a model's type is what PostgreSQL calls so."""
    return any(
        word in kind and re.search(pattern, written, re.IGNORECASE)
        for word, pattern in (
            ("uuid", "uuid"), ("integer", "int"), ("bigint", "int"), ("character", "str|text"), ("text", "str|text"),
            ("timestamp", "datetime"), ("date", "date"), ("boolean", "bool"), ("json", "dict|json"),
            ("double", "float"), ("numeric", "decimal|numeric"),
        )
    )  # fmt: skip


def _column(evidence: Evidence, text: str, number: int) -> Column | None:
    """Return the column that a numbered argument of the refused statement is for."""
    table, name = "", ""
    if inserted := _INSERT.search(text):
        names = [one.strip().strip('"') for one in inserted["columns"].split(",")]
        table, name = inserted["table"], names[number - 1] if number <= len(names) else ""
    elif updated := _UPDATE.search(text):
        found = re.search(rf"\"?(\w+)\"?\s*=\s*\${number}::", text)
        table, name = updated["table"], found[1] if found else ""
    for model in evidence.project.models:
        if model.table == table:
            return next((one for one in model.columns if one.name == name), None)
    return None


def _zoned(evidence: Evidence, column: Column) -> tuple[Repair, ...]:
    """Return the repair that declares a column with its time zone."""
    file = column.file or ""
    for node in evidence.sources.nodes(file):
        if not isinstance(node, ast.AnnAssign | ast.Assign) or node.lineno != column.line:
            continue
        imports = {"sqlalchemy": {"DateTime"}}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call) and called(inner) in ("DateTime", "TIMESTAMP"):
                return with_argument(evidence, file, inner, "timezone=True")
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id in ("DateTime", "TIMESTAMP"):
                return rewritten(evidence, file, [(inner, f"{inner.id}(timezone=True)")])
        value = node.value
        if isinstance(value, ast.Call) and called(value) == "Field":
            return with_argument(evidence, file, value, "sa_type=DateTime(timezone=True)", imports)
        if isinstance(value, ast.Call) and called(value) in ("mapped_column", "Column"):
            return _first_argument(evidence, file, value)
        if (
            isinstance(node, ast.AnnAssign)
            and value is None
            and last_name(node.annotation) == "Mapped"
        ):
            text = evidence.sources.text(file)
            lines = text.splitlines(keepends=True)
            at = (node.end_lineno or node.lineno) - 1
            lines[at] = lines[at].rstrip() + " = mapped_column(DateTime(timezone=True))\n"
            wanted = {**imports, "sqlalchemy.orm": {"mapped_column"}}
            return finished(file, text, "".join(lines), wanted)
    return ()


def _first_argument(evidence: Evidence, file: str, call: ast.Call) -> tuple[Repair, ...]:
    imports = {"sqlalchemy": {"DateTime"}}
    if not call.args and not call.keywords:
        return with_argument(evidence, file, call, "DateTime(timezone=True)", imports)
    first = call.args[0] if call.args else call.keywords[0].value
    if call.args:
        written = ast.get_source_segment(evidence.sources.text(file), first) or ""
        return rewritten(evidence, file, [(first, f"DateTime(timezone=True), {written}")], imports)
    return with_argument(evidence, file, call, "type_=DateTime(timezone=True)", imports)
