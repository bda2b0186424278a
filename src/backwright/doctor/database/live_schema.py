"""Migrations, tables and sequences of a live database against the project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backwright.doctor.database.making import merged
from backwright.doctor.evidence import Evidence
from backwright.doctor.live import Live, LiveColumn
from backwright.doctor.registry import diagnosis
from backwright.project.migrations import revision_of
from backwright.project.types import Column, Migrations, Model
from backwright.report.doctor_types import Cause
from backwright.values import Place

_MOST = 5
# What the name of a model's type says of the types that PostgreSQL may have for it.
_FAMILIES = (
    (r"(?i)\b(?:datetime|timestamp)\b", {"timestamp", "timestamptz"}), (r"(?i)\bdate\b", {"date"}),
    (r"(?i)\btime\b", {"time", "timetz"}), (r"(?i)\bbool(?:ean)?\b", {"bool"}),
    (r"(?i)\b(?:small|big)?int(?:eger)?\b", {"int2", "int4", "int8"}), (r"(?i)\buuid4?\b|GUID", {"uuid", "bpchar", "varchar"}),
    (r"(?i)\b(?:float|double|real)\b", {"float4", "float8", "numeric"}), (r"(?i)\b(?:decimal|numeric)\b", {"numeric", "float8"}),
    (r"(?i)\bjsonb?\b|\bdict\b", {"json", "jsonb"}), (r"(?i)\b(?:bytes|largebinary)\b", {"bytea"}),
    (r"\b(?:str|String|Text|Unicode|AutoString|EmailStr|VARCHAR|TEXT)\b", {"varchar", "text", "bpchar", "citext", "name"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revision:
    """A migration: its id, those before it, its file."""

    name: str
    before: tuple[str, ...]
    file: str


@diagnosis
def live_migrations(evidence: Evidence) -> Iterator[Cause]:
    """Tell whether the database is behind the migrations, ahead of them, or at several heads."""
    found, facts = evidence.live, evidence.project.migrations
    if found is None or facts is None or facts.tool != "alembic" or not facts.heads:
        return
    known = {one.name: one for one in _revisions(evidence, facts)}
    if len(facts.heads) > 1:
        return  # the diagnosis of heads says it
    if found.revisions is None or not found.revisions:
        yield _never(evidence, found, facts, known)
        return
    unknown = [one for one in found.revisions if one not in known]
    if unknown:
        yield Cause(
            "database", "live-migrations-ahead",
            f"the database is at {', '.join(unknown)}, which is no migration of this project: it was migrated by "
            "another branch, or the file was deleted", (f"alembic_version: {', '.join(found.revisions)}",), None,
            "bring the file back from version control, or check out the branch that has it", "alembic current", "given",
        )  # fmt: skip
        return
    pending = _pending(known, found.revisions, facts.heads)
    if pending:
        first = known[pending[0]]
        yield Cause(
            "database", "live-migrations-behind",
            f"the database is at {', '.join(found.revisions)}, and {len(pending)} migration"
            f"{'s have' if len(pending) > 1 else ' has'} not been run: {', '.join(pending[:_MOST])}",
            (f"alembic_version: {', '.join(found.revisions)}",), Place(first.file, 1), "alembic upgrade head",
            "alembic current", "given",
        )  # fmt: skip
    elif len(found.revisions) > 1:
        yield Cause(
            "database", "live-migrations-several",
            f"the database stands at several revisions ({', '.join(found.revisions)}): branches that were not merged",
            (), None, "alembic merge heads, then alembic upgrade head", "alembic current", "given",
            repairs=merged(evidence, facts) if len(facts.heads) > 1 else (),
        )  # fmt: skip


def _never(
    evidence: Evidence, found: Live, facts: Migrations, known: Mapping[str, Revision]
) -> Cause:
    """Return the cause of a database that Alembic has never been at."""
    tables = {one.table for one in found.columns}
    ours = [one for one in evidence.project.models if one.table in tables]
    first = next((one for one in known.values() if not one.before), None)
    return Cause(
        "database", "live-migrations-never",
        "no migration was ever run on this database" + (
            f", and {len(ours)} of its tables are there all the same: create_all has made them" if ours else ""),
        (f"the project's migrations: {facts.count}, head {', '.join(facts.heads)}",), Place(first.file, 1) if first else None,
        "alembic stamp head, if its tables are as the models have them" if ours else "alembic upgrade head",
        "alembic current", "given",
    )  # fmt: skip


def _revisions(evidence: Evidence, facts: Migrations) -> Iterator[Revision]:
    folder = facts.folder
    for file in evidence.sources.python:
        if file.startswith(f"{folder}/") or "/versions/" in file:
            name, before = revision_of(evidence.sources.text(file).encode())
            if name:
                yield Revision(name, before, file)


def _pending(
    known: Mapping[str, Revision], at: tuple[str, ...], heads: tuple[str, ...]
) -> list[str]:
    """Return the revisions between where a database is and the heads, the first one first."""
    done = _with_ancestors(known, at)
    missing = _with_ancestors(known, heads) - done
    ordered: list[str] = []
    while missing:
        ready = sorted(one for one in missing if not set(known[one].before) & missing)
        if not ready:
            break
        ordered += ready
        missing -= set(ready)
    return ordered


def _with_ancestors(known: Mapping[str, Revision], names: tuple[str, ...]) -> set[str]:
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name in known:
            found.add(name)
            waiting += known[name].before
    return found


@diagnosis
def live_drift(evidence: Evidence) -> Iterator[Cause]:
    """Tell which tables and columns are not as the models have them."""
    found = evidence.live
    if found is None:
        return
    tables: dict[str, dict[str, LiveColumn]] = {}
    for one in found.columns:
        tables.setdefault(one.table, {})[one.name] = one
    models = [one for one in evidence.project.models if one.table]
    if not tables:
        if models:
            yield _drift("live-tables-missing", "the database has no table at all", Place(models[0].file, models[0].line),
                         "run the migrations, or create_all")  # fmt: skip
        return
    for model in models:
        columns = tables.get((model.table or "").rpartition(".")[2])
        if columns is None:
            yield _drift("live-table-missing", f"the model {model.name} has the table {model.table}, and the database has "
                         "none of that name", Place(model.file, model.line), "alembic upgrade head, or a migration that makes it")  # fmt: skip
            continue
        yield from _of_table(model, columns)


def _of_table(model: Model, columns: Mapping[str, LiveColumn]) -> Iterator[Cause]:
    for one in model.columns:
        place = Place(one.file or model.file, one.line or model.line)
        live = columns.get(one.name)
        shown = f"{model.table}.{one.name}"
        if live is None:
            yield _drift("live-column-missing", f"the model has the column {shown}, and the table in the database has not",
                         place, "alembic upgrade head; if that changes nothing, alembic revision --autogenerate")  # fmt: skip
        elif (kinds := _kinds(one)) and live.type not in kinds and not live.type.startswith("_"):
            yield _drift("live-column-type", f"the column {shown} is {live.type} in the database, and {one.type} in the model",
                         place, f"a migration: ALTER TABLE {model.table} ALTER COLUMN {one.name} TYPE … USING …")  # fmt: skip
        elif one.nullable and not live.nullable and not live.given and not one.primary_key:
            yield _drift("live-column-null", f"the column {shown} may be null in the model, and not in the database", place,
                         f"ALTER TABLE {model.table} ALTER COLUMN {one.name} DROP NOT NULL, by a migration")  # fmt: skip
    known = {one.name for one in model.columns}
    for live in columns.values():
        if live.name not in known and not live.nullable and not live.given and model.columns:
            yield _drift("live-column-unknown", f"the table {model.table} has a column {live.name} that must be given, and the "
                         "model does not know it: no row can be added", Place(model.file, model.line),
                         "add it to the model, or drop it by a migration")  # fmt: skip


def _kinds(column: Column) -> set[str]:
    """Return the types that PostgreSQL may have for a column; none where that is not sure."""
    if re.search(r"(?i)enum|array|list|literal|foreign|typedecorator|vector|geo", column.type):
        return set()
    for pattern, kinds in _FAMILIES:
        if re.search(pattern, column.type):
            return kinds
    return set()


def _drift(name: str, text: str, place: Place, remedy: str) -> Cause:
    return Cause("database", name, text, (), place, remedy, "alembic check", "given")


@diagnosis
def live_rest(evidence: Evidence) -> Iterator[Cause]:
    """Tell of sequences that are behind their keys, and of indexes that were not built to their end."""
    found = evidence.live
    if found is None:
        return
    for table, column, next_value, greatest in found.behind:
        plain = table.rpartition(".")[2].strip('"')
        model = next((one for one in evidence.project.models if one.table == plain), None)
        yield Cause(
            "database", "live-sequence-behind",
            f"the sequence that numbers {plain}.{column} gives {next_value} next, and there is a row {greatest}: adding rows "
            "fails until it has passed it", (), Place(model.file, model.line) if model else None,
            _SETVAL.format(table=table, column=column), "add a row", "given",
        )  # fmt: skip
    for index, table in found.invalid:
        yield Cause(
            "database", "live-index-invalid",
            f"the index {index} on {table} was not built to its end (CONCURRENTLY failed): it costs, and is never used",
            (), None, f"REINDEX INDEX CONCURRENTLY {index}; or drop it, and build it again", f"\\d {table}", "given",
        )  # fmt: skip


_SETVAL = "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), (SELECT max({column}) FROM {table}))"
