"""Constraints that clients run into, and that nobody turns into an answer of 4xx."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from backwright.doctor.database.columns import other_type
from backwright.doctor.database.query_mending import bounded, bounded_in_path, typed_as_column
from backwright.doctor.edits import finished, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_CATCH = (
    "catch it around the commit:\n"
    "try:\n    session.commit()\nexcept IntegrityError as error:\n    session.rollback()\n"
    '    raise HTTPException(status_code={status}, detail="…") from error'
)
_SETVAL = (
    "SELECT setval(pg_get_serial_sequence('{table}', '{name}'), (SELECT max({name}) FROM {table}))"
)
_PROOF = "repeat the request: it must answer 4xx"


def _caught(status: int, words: str) -> Callable[[Evidence, Place], tuple[Repair, ...]]:
    """Return what makes the repair that answers a violation at a commit or flush by a status."""

    def mend(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
        text = evidence.sources.text(place.file)
        lines = text.splitlines(keepends=True)
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        found = re.match(r"(\s+)(await )?(\w+)\.(commit|flush)\(\)\s*$", line)
        if found is None or "HTTPException" not in text:
            return ()
        indent, waits, session = found[1], found[2] or "", found[3]
        lines[place.line - 1] = (
            f"{indent}try:\n{indent}    {line.strip()}\n{indent}except IntegrityError as error:\n"
            f"{indent}    {waits}{session}.rollback()\n"
            f'{indent}    raise HTTPException(status_code={status}, detail="{words}") from error\n'
        )
        if not re.search(r"(?m)^from sqlalchemy\.exc import .*\bIntegrityError\b", text):
            first = next(
                (n for n, one in enumerate(lines) if re.match(r"from (?:sqlal|sqlm)", one)), 0
            )
            lines.insert(first, "from sqlalchemy.exc import IntegrityError\n")
        return (Repair(place.file, text, "".join(lines)),)

    return mend


_KNOWN = (
    Known(
        "unique-violation",
        r"duplicate key value violates unique constraint \"(?P<name>[^\"]+)\"|UNIQUE constraint failed: (?P<other>\S+)",
        "a value that must be unique ({name}{other}) is there already, and nobody answers that",
        _CATCH.replace("{status}", "409"),
        _PROOF,
        _caught(409, "Already exists"),
    ),
    Known(
        "foreign-key-violation",
        r"violates foreign key constraint \"(?P<name>[^\"]+)\"|FOREIGN KEY constraint failed",
        "a row refers to another that is not there, or that others refer to is deleted ({name})",
        "look the row up before, and answer 404 where it is not there; for deleting say what happens "
        "to those that refer to it (ondelete)",
        _PROOF,
        _caught(409, "Refers to something that is not there"),
    ),
    Known(
        "not-null-violation",
        r"null value in column \"(?P<name>[^\"]+)\"(?: of relation \"(?P<table>[^\"]+)\")? violates not-null"
        r"|NOT NULL constraint failed: (?P<other>\S+)",
        "the column {name}{other} may not be null, and the row has none for it",
        "make the schema require it, give it a default, or allow null in the model and by a migration",
        _PROOF,
    ),
    Known(
        "value-too-long",
        r"value too long for type (?P<type>character varying\(\d+\))",
        "a text is longer than its column ({type}), and the schema lets it through",
        "give the schema the column's length: Field(max_length=…)",
        _PROOF,
    ),
    Known(
        "number-out-of-range",
        r"(?:integer|bigint|numeric) (?:field )?(?:out of range|overflow)|value out of int\d+ range",
        "a number is larger than its column, and the schema lets it through",
        "bound it in the schema or the path: Field(ge=…, le=2_147_483_647)",
        _PROOF, bounded_in_path,
    ),
    Known(
        "type-mismatch",
        r"operator does not exist: (?P<types>[\w ]+ = [\w ]+)|invalid input for query argument \$\d+: (?P<value>[^\n]+)",
        "a column is compared with, or set to, a value of another type ({types}{value})",
        "declare the path parameter and the schema's field with the column's type, so that it is "
        "converted before: UUID, int, datetime with time zone",
        _PROOF, typed_as_column,
    ),
)  # fmt: skip


@diagnosis
def constraints(evidence: Evidence) -> Iterator[Cause]:
    """Tell which constraint a request ran into, and where it was not handled."""
    later = {ground.number for ground, _, _ in evidence.raised("PendingRollbackError")}
    zones = {ground.number for ground, _, _ in evidence.raised("can't subtract offset-naive")}
    zones |= {one.failure for one in other_type(evidence) if one.failure is not None}
    for cause in recognised(evidence, "database", _KNOWN):
        if cause.name == "type-mismatch" and cause.failure in zones:
            continue  # the diagnosis of columns says it
        if cause.failure not in later or cause.failure is None:
            if cause.name == "not-null-violation" and cause.place is not None:
                cause = replace(cause, repairs=_given_owner(evidence, cause.text, cause.place))
            if cause.name == "value-too-long":
                cause = _bounded(evidence, cause)
            yield _by_sequence(evidence, cause) if cause.name == "unique-violation" else cause


def _bounded(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause with the repair that bounds the schema's field."""
    length = re.search(r"varying\((\d+)\)", cause.text)
    ground = next((one for one in evidence.grounds if one.number == cause.failure), None)
    if length is None or ground is None:
        return cause
    return replace(cause, repairs=bounded(evidence, ground.failure.text, length[1]))


def _without_key(evidence: Evidence, table: str, name: str) -> tuple[Repair, ...]:
    """Return the repairs that leave keys to the database where the project writes rows with their own."""
    model = next((one.name for one in evidence.project.models if one.table == table), "")
    found: dict[str, list[tuple[ast.Call, ast.keyword]]] = {}
    for file, call in evidence.sources.calls(model) if model else ():
        key = next((one for one in call.keywords if one.arg == name), None)
        if key is not None and isinstance(key.value, ast.Constant) and len(call.keywords) > 1:
            found.setdefault(file, []).append((call, key))
    repairs: list[Repair] = []
    for file, calls in found.items():
        text = evidence.sources.text(file)
        for _, key in calls:
            written = ast.get_source_segment(text, key) or ""
            text = re.sub(
                rf"\b{re.escape(written)},\s*|,\s*\b{re.escape(written)}(?=\s*[,)])",
                "",
                text,
                count=1,
            )
        repairs += finished(file, evidence.sources.text(file), text)
    return tuple(repairs)


def _given_owner(evidence: Evidence, text: str, place: Place) -> tuple[Repair, ...]:
    """Return the repair that gives a row the reference to what its handler has as a parameter."""
    name = text.split("the column ", 1)[1].split(" ", 1)[0].rpartition(".")[2]
    function = evidence.sources.function_at(place)
    for call in nodes(*function.body) if function else ():
        model = next((one for one in evidence.project.models
                      if isinstance(call, ast.Call) and one.name == called(call)), None)  # fmt: skip
        column = next((one for one in (model.columns if model else ()) if one.name == name), None)
        if (
            not isinstance(call, ast.Call)
            or column is None
            or not column.foreign_key
            or function is None
        ):
            continue
        table, key = column.foreign_key.split(".")[-2:]
        wanted = (name.removesuffix(f"_{key}"), table.rstrip("s"), f"current_{table.rstrip('s')}")
        holder = next((arg.arg for arg in function.args.args if arg.arg in wanted), None)
        if holder is not None and not any(one.arg in (name, None) for one in call.keywords):
            return with_argument(evidence, place.file, call, f"{name}={holder}.{key}")
    return ()


def _by_sequence(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause of a key that is there although the statement leaves it to the database."""
    ground = next((one for one in evidence.grounds if one.number == cause.failure), None)
    text = ground.failure.text if ground else ""
    key = re.search(r"Key \((?P<name>\w+)\)=\(\d+\) already exists", text)
    insert = re.search(r"\[SQL: INSERT INTO (?P<table>\S+) \((?P<names>[^)]*)\)", text)
    if key is None or insert is None or "_pkey" not in text:
        return cause
    if key["name"] in [one.strip().strip('"') for one in insert["names"].split(",")]:
        return cause
    table, name = insert["table"], key["name"]
    return replace(
        cause, name="sequence-behind", repairs=_without_key(evidence, table.strip('"'), name),
        text=f"the sequence that numbers {table}.{name} is behind its rows: rows were brought in with their keys",
        remedy=_SETVAL.format(table=table, name=name),
        proof="repeat the request",
    )  # fmt: skip
