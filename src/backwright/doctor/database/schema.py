"""Tables and columns that the models have and the database has not, and migrations that do not run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from backwright.doctor.database.making import created, merged
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.registry import diagnosis
from backwright.project.types import Migrations
from backwright.report.doctor_types import Cause
from backwright.values import Place

_TABLE = (
    r"relation \"(?P<table>[^\"]+)\" does not exist|no such table: (?P<other>[\w.]+)|"
    r"Table '(?:\w+\.)?(?P<third>\w+)' doesn't exist"
)
_COLUMN = (
    r"column (?:\"?(?P<table>\w+)\"?\.)?\"?(?P<column>\w+)\"?(?: of relation \"(?P<of>\w+)\")? does not exist|"
    r"no such column: (?:(?P<sqlite_table>\w+)\.)?(?P<sqlite>\w+)|"
    r"table (?P<insert_table>\w+) has no column named (?P<insert>\w+)"
)


@diagnosis
def missing_tables(evidence: Evidence) -> Iterator[Cause]:
    """Tell why a table is not there: migrations not run, none written, or no model of it known."""
    for ground, _, match in evidence.raised(_TABLE):
        table = next(one for one in match.groups() if one).rpartition(".")[2]
        model = next((one for one in evidence.project.models if one.table == table), None)
        if model is None:
            like = _nearest(table, [one.table for one in evidence.project.models])
            text = f"no model declares the table {table}"
            remedy = f"it is {like} in the models: mend the name" if like else "mend its name"
            yield _cause(ground, "table-unknown", text, remedy, ground.place)
            continue
        place = Place(model.file, model.line)
        if evidence.project.migrations is None:
            text = f"the table {table} was never made in this database"
            remedy = (
                f"SQLModel.metadata.create_all(engine) makes only tables whose modules are imported "
                f"before: import {model.file} first; better, use Alembic"
            )
            cause = _cause(ground, "table-not-created", text, remedy, place)
            yield replace(cause, repairs=created(evidence))
        else:
            yield _by_migrations(evidence, evidence.project.migrations, ground, table, place)


def _by_migrations(
    evidence: Evidence, migrations: Migrations, ground: Ground, table: str, place: Place
) -> Cause:
    """Tell apart migrations that were not run from one that was never written."""
    names = re.compile(rf"""["']{re.escape(table)}["']""")
    written = [
        one for one in evidence.sources.python
        if one.startswith(f"{migrations.folder}/") and names.search(evidence.sources.text(one))
    ]  # fmt: skip
    if written:
        text = f"the migrations have not been run on this database: {written[0]} makes {table}"
        return _cause(ground, "migrations-behind", text, "alembic upgrade head", place)
    text = f"no migration makes the table {table}"
    remedy = (
        f'alembic revision --autogenerate -m "add {table}", and read what it wrote; if it is empty, '
        f"{migrations.folder}/env.py does not import the model"
    )
    return _cause(ground, "migration-missing", text, remedy, place)


@diagnosis
def missing_columns(evidence: Evidence) -> Iterator[Cause]:
    """Tell which column of a model the database has not."""
    for ground, _, match in evidence.raised(_COLUMN):
        groups = match.groupdict()
        column = groups["column"] or groups["sqlite"] or groups["insert"] or ""
        table = next(
            (groups[k] for k in ("table", "of", "sqlite_table", "insert_table") if groups[k]), ""
        )
        models = [
            one for one in evidence.project.models
            if any(c.name == column for c in one.columns) and table in ("", one.table)
        ]  # fmt: skip
        found = next((c for m in models for c in m.columns if c.name == column), None)
        place = Place(found.file, found.line) if found and found.file else ground.place
        shown = f"{table or (models[0].table if models else '')}.{column}".lstrip(".")
        remedy = (
            "alembic upgrade head; if that changes nothing, "
            'alembic revision --autogenerate -m "…" and read what it wrote'
            if evidence.project.migrations
            else "create_all never changes a table that is there: write a migration (Alembic)"
        )
        text = f"the model has the column {shown}, and the table in the database has not"
        yield _cause(ground, "column-missing", text, remedy, place)


@diagnosis
def heads(evidence: Evidence) -> Iterator[Cause]:
    """Tell of migrations that branch, or that the database has and the project has not."""
    facts = evidence.project.migrations
    if facts is not None and (torn := list(_torn(evidence, facts))):
        yield from torn
    elif facts is not None and len(facts.heads) > 1:
        yield Cause(
            "database", "migrations-heads",
            f"the migrations have {len(facts.heads)} heads ({', '.join(facts.heads)}): "
            "`alembic upgrade head` does not know which one to go to",
            place=_revision(evidence, facts.folder, facts.heads[-1]),
            remedy=f'alembic merge -m "merge heads" {" ".join(facts.heads)}',
            proof="alembic heads", repairs=merged(evidence, facts),
            seen="happened" if any(evidence.said("Multiple head revisions")) else "source",
            failure=_ground_of(evidence, r"Multiple head revisions"),
        )  # fmt: skip
    for line, match in evidence.said(r"Can't locate revision identified by '(?P<id>\w+)'"):
        yield Cause(
            "database", "migrations-ahead",
            f"the database is at the revision {match['id']}, which this project does not have: it was "
            "migrated by another branch, or the file was deleted",
            evidence=(line.text.strip(),),
            remedy="bring the file back from version control, or, on a database that may be lost, "
            "alembic stamp --purge head after making its tables anew",
            proof="alembic current",
            failure=_ground_of(evidence, r"Can't locate revision"),
        )  # fmt: skip
        break
    for line, _ in evidence.said(r"Target database is not up to date"):
        yield Cause(
            "database", "migrations-behind",
            "the database is behind the migrations, so that no new one can be made",
            evidence=(line.text.strip(),), remedy="alembic upgrade head", proof="alembic current",
            failure=_ground_of(evidence, r"Target database is not up to date"),
        )  # fmt: skip
        break


def _torn(evidence: Evidence, facts: Migrations) -> Iterator[Cause]:
    """Yield migrations that follow one which no file has."""
    known: dict[str, str] = {}
    follow: list[tuple[Place, str]] = []
    for file in evidence.sources.python:
        text = evidence.sources.text(file) if file.startswith(f"{facts.folder}/") else ""
        for number, line in enumerate(text.splitlines(), 1):
            named = re.match(r"""(down_)?revision\b[^=]*=\s*["']([^"']+)["']\s*(?:#.*)?$""", line)
            if named and named[1]:
                follow.append((Place(file, number), named[2]))
            elif named:
                known[named[2]] = file
    for place, before in follow:
        if before in known or not known:
            continue
        others = {name for _, name in follow}
        own = [name for name, file in known.items() if file == place.file]
        free = [name for name in known if name not in others and name not in own]
        of_file = next((one for one, file in known.items() if file.endswith(f"/{before}.py")), "")
        near = of_file or _nearest(before, list(known)) or (free[0] if len(free) == 1 else "")
        yield Cause(
            "database", "migration-parent",
            f"the migration {place.file} follows the revision {before}, which no file has: Alembic cannot read the "
            "migrations at all", (evidence.sources.line(place).strip(),), place,
            f"it follows {near}" if near else "name the revision before it, or bring that file back",
            "alembic history", seen="happened" if before in evidence.log else "source",
            repairs=evidence.replaced(place, before, near) if near else (), failure=_ground_of(evidence, re.escape(before)),
        )  # fmt: skip


def _ground_of(evidence: Evidence, pattern: str) -> int | None:
    return next((ground.number for ground, _, _ in evidence.raised(pattern)), None)


def _revision(evidence: Evidence, folder: str, revision: str) -> Place | None:
    for file in evidence.sources.python:
        if file.startswith(f"{folder}/"):
            for number, line in enumerate(evidence.sources.text(file).splitlines(), 1):
                if re.match(rf"""revision\b.*=\s*["']{re.escape(revision)}["']""", line):
                    return Place(file, number)
    return None


def _nearest(word: str, words: list[str]) -> str:
    return next(iter(get_close_matches(word, words, 1)), "")


def _cause(ground: Ground, name: str, text: str, remedy: str, place: Place | None) -> Cause:
    return Cause(
        "database", name, text,
        evidence=(ground.failure.last.message.split("\n", 1)[0],),
        place=place, remedy=remedy, proof="repeat the request", failure=ground.number,
        count=ground.count,
    )  # fmt: skip
