"""Statements of INSERT … ON CONFLICT that cannot be made, and rows that were never added."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called, last_name
from backwright.report.doctor_types import Cause, Repair
from backwright.source.imports import add_imports
from backwright.source.syntax import nodes
from backwright.values import Place

_REPEAT = "repeat the request"


@diagnosis
def plain_insert(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an upsert that is made of SQLAlchemy's own `insert`."""
    pattern = (
        r"'Insert' object has no attribute '(?P<name>on_conflict_do_\w+|on_duplicate_key_update)'"
    )
    for ground, raised, match in evidence.raised(pattern):
        dialect = "mysql" if "duplicate" in match["name"] else _dialect(evidence)
        yield Cause(
            "database", "upsert-of-plain-insert",
            f"{match['name']} is of one database's dialect, and `insert` is imported from sqlalchemy, where no INSERT has it",
            (raised.text,), ground.place, f"from sqlalchemy.dialects.{dialect} import insert", _REPEAT,
            repairs=_of_dialect(evidence, ground, dialect), failure=ground.number, count=ground.count,
        )  # fmt: skip


def _dialect(evidence: Evidence) -> str:
    facts = evidence.project.database
    return "sqlite" if facts and str(facts.url or "").startswith("sqlite") else "postgresql"


def _of_dialect(evidence: Evidence, ground: Ground, dialect: str) -> tuple[Repair, ...]:
    """Return the repair that imports `insert` from the dialect."""
    if ground.place is None:
        return ()
    file = ground.place.file
    text = evidence.sources.text(file)
    line = re.compile(r"(?m)^from sqlalchemy(?:\.sql(?:\.expression)?)? import (?P<names>[^(\n]*)$")
    for found in line.finditer(text):
        names = [one.strip() for one in found["names"].split(",")]
        if "insert" not in names:
            continue
        kept = ", ".join(one for one in names if one != "insert")
        new = found[0].replace(found["names"], kept) if kept else ""
        end = found.end() if kept else found.end() + 1
        after = text[: found.start()] + new + text[end:]
        after = add_imports(after, {f"sqlalchemy.dialects.{dialect}": {"insert"}})
        return finished(file, text, after)
    return ()


@diagnosis
def no_constraint(evidence: Evidence) -> Iterator[Cause]:
    """Tell which columns an upsert names that no constraint makes unique."""
    pattern = r"no unique or exclusion constraint matching the ON CONFLICT|ON CONFLICT clause does not match any"
    for ground, raised, _ in evidence.raised(pattern):
        statement = re.search(r"INSERT INTO \"?(?P<table>\w+).*?ON CONFLICT \((?P<columns>[^)]+)\)",
                              ground.failure.text, re.DOTALL)  # fmt: skip
        table = statement["table"] if statement else "the table"
        columns = statement["columns"] if statement else "the columns"
        listed = ", ".join(f'"{one.strip()}"' for one in columns.split(","))
        yield Cause(
            "database", "upsert-without-constraint",
            f"ON CONFLICT names {columns} of {table}, and the database has no unique constraint over exactly these: "
            "it cannot tell what a conflict is",
            (raised.text.split("\n", 1)[0],), ground.place,
            f"UniqueConstraint({listed}) in the model (unique=True for one column) and a migration that makes it; or "
            "name in index_elements the columns that are unique", _REPEAT,
            failure=ground.number, count=ground.count,
        )  # fmt: skip


@diagnosis
def never_added(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a row that is refreshed or deleted, and was never added to the session."""
    pattern = (
        r"Instance '?<(?P<model>\w+) at 0x\w+>'? is not persist(?:ent|ed)(?: within this Session)?"
    )
    for ground, raised, match in evidence.raised(pattern):
        found = _made(evidence, ground.place, match["model"]) if ground.place else None
        name = found[1] if found else "the row"
        yield Cause(
            "database", "row-not-added",
            f"{name} is a new {match['model']} that no session knows: it was made, and never added"
            if found else f"the {match['model']} is none of this session's rows: it was never added, or loaded by another one",
            (re.sub(r" at 0x\w+", "", raised.text),), ground.place,
            f"session.add({name}) before the commit" if found else "load it by this session: session.get(…)", _REPEAT,
            repairs=_added(evidence, ground.place, *found) if found and ground.place else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _made(evidence: Evidence, place: Place, model: str) -> tuple[ast.stmt, str, str] | None:
    """Return the statement that makes a row which is not added, its name, and the session's."""
    call = evidence.sources.call_at(place, "refresh", "delete", "expunge")
    function = evidence.sources.function_at(place)
    if (
        call is None
        or function is None
        or not call.args
        or not isinstance(call.func, ast.Attribute)
    ):
        return None
    name = last_name(call.args[0])
    inside = nodes(*function.body)
    adds = [one for one in inside if isinstance(one, ast.Call) and called(one) in ("add", "add_all", "merge")
            and name in ast.unparse(one)]  # fmt: skip
    for one in inside:
        value = one.value if isinstance(one, ast.Assign) else None
        if (
            isinstance(one, ast.Assign) and isinstance(value, ast.Call) and not adds
            and last_name(one.targets[0]) == name
            and (called(value) == model or ast.unparse(value).startswith(f"{model}."))
        ):  # fmt: skip
            return one, name, ast.unparse(call.func.value)
    return None


def _added(
    evidence: Evidence, place: Place, made: ast.stmt, name: str, session: str
) -> tuple[Repair, ...]:
    text = evidence.sources.text(place.file)
    lines = text.splitlines(keepends=True)
    lines.insert(made.end_lineno or made.lineno, f"{' ' * made.col_offset}{session}.add({name})\n")
    return finished(place.file, text, "".join(lines))
