"""Alembic's own errors: its configuration, its environment, and migrations that do not go."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import finished, rewritten, segment
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, literal
from backwright.report.doctor_types import Cause, Repair
from backwright.source.imports import add_imports
from backwright.values import Place

_UP = "alembic upgrade head"


def _doubled(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that doubles the percent signs of a URL for Alembic's configuration."""
    if place.file.endswith(".ini"):
        line = evidence.sources.line(place)
        return evidence.replaced(place, line, re.sub(r"%(?![%(])", "%%", line))
    for file in evidence.sources.python:
        for node in (
            evidence.sources.nodes(file) if "set_main_option" in evidence.sources.text(file) else ()
        ):
            if (
                isinstance(node, ast.Call)
                and called(node) == "set_main_option"
                and len(node.args) > 1
            ):
                given = node.args[1]
                written = segment(evidence, file, given)
                if literal(node.args[0]) == "sqlalchemy.url" and "replace(" not in written:
                    is_text = re.match(r"(?i)str\(|[\w.]*(?:url|uri|dsn)$|f[\"']", written)
                    text = written if is_text else f"str({written})"
                    return rewritten(evidence, file, [(given, f'{text}.replace("%", "%%")')])
    return ()


def _dropped(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that drops the types in `downgrade` that `upgrade` has made with its tables."""
    text = evidence.sources.text(place.file)
    names = re.findall(r"\bEnum\([^)]*?\bname\s*=\s*[\"'](\w+)[\"']", text)
    missing = [one for one in dict.fromkeys(names) if not re.search(
        rf"(?:DROP TYPE|drop\().*{one}|{one}.*\.drop\(", text)]  # fmt: skip
    function = next((one for one in evidence.sources.nodes(place.file)
                     if isinstance(one, FunctionNode) and one.name == "downgrade"), None)  # fmt: skip
    if function is None or not missing:
        return ()
    last = function.body[-1]
    lines = text.splitlines(keepends=True)
    words = "".join(
        f'    sa.Enum(name="{one}").drop(op.get_bind(), checkfirst=True)\n' for one in missing
    )
    lines.insert(last.end_lineno or last.lineno, words)
    if isinstance(last, ast.Pass):
        del lines[last.lineno - 1]
    return finished(place.file, text, "".join(lines))


def _with_sqlmodel(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repairs that import sqlmodel in a migration, and in the template of the next ones."""
    text = evidence.sources.text(place.file)
    found = finished(place.file, text, _importing(text))
    folder = place.file.rpartition("/versions/")[0]
    template = f"{folder}/script.py.mako"
    mako = evidence.sources.text(template)
    return (*found, *finished(template, mako, _importing(mako))) if mako else found


def _importing(text: str) -> str:
    return re.sub(
        r"(?m)^import sqlalchemy as sa$", "import sqlalchemy as sa\nimport sqlmodel", text, count=1
    )


def _with_metadata(evidence: Evidence, _: Place) -> tuple[Repair, ...]:
    """Return the repair that gives Alembic the models' metadata."""
    file = next((one for one in evidence.sources.python if one.endswith("/env.py")), "")
    text = evidence.sources.text(file)
    found = re.search(r"(?m)^target_metadata\s*=\s*None\s*$", text)
    models = evidence.project.models
    if found is None or not models:
        return ()
    modules = sorted({one.file.removesuffix(".py").replace("/", ".") for one in models})
    kind = (
        "SQLModel" if any("SQLModel" in evidence.sources.text(one.file) for one in models) else ""
    )
    if not kind:
        return ()
    after = text.replace(found[0], f"target_metadata = {kind}.metadata", 1)
    after = add_imports(after, {"sqlmodel": {"SQLModel"}})
    at = after.index("target_metadata = ")
    imports = "".join(f"import {one}  # noqa: E402, F401\n" for one in modules)
    return finished(file, text, f"{after[:at]}{imports}\n{after[at:]}")


_KNOWN = (
    Known(
        "alembic-percent",
        r"invalid interpolation syntax in|'%' must be followed by '%' or '\('",
        "Alembic's configuration takes the percent sign of the URL (an encoded password) for an interpolation",
        'config.set_main_option("sqlalchemy.url", url.replace("%", "%%")); in alembic.ini write %%',
        _UP, _doubled,
    ),
    Known(
        "alembic-no-metadata",
        r"does not provide a MetaData object or sequence of objects",
        "env.py has no target_metadata, so that nothing can be compared",
        "target_metadata = Base.metadata (SQLModel.metadata), after the models are imported",
        'alembic revision --autogenerate -m "…"', _with_metadata,
    ),
    Known(
        "alembic-not-found",
        r"No 'script_location' key found in configuration|Path doesn't exist: .*?(?P<path>\S+)\.? |No config file '(?P<file>[^']+)' found",
        "alembic was started in a folder without alembic.ini, or its script_location leads nowhere",
        "start it in the folder of alembic.ini, or name it: alembic -c path/to/alembic.ini", _UP,
    ),
    Known(
        "migration-sqlmodel",
        r"NameError: name 'sqlmodel' is not defined",
        "the migration names types of sqlmodel, and does not import it",
        "import sqlmodel in the migration, and in script.py.mako for the next ones", _UP, _with_sqlmodel,
    ),
    Known(
        "type-there-already",
        r"type \"(?P<name>\w+)\" already exists",
        "the type {name} is there already: downgrade drops the table and leaves its type, or another migration makes it",
        "DROP TYPE {name} where no column uses it; in downgrade: sa.Enum(name=\"{name}\").drop(op.get_bind()); "
        "a type of an earlier migration: postgresql.ENUM(…, create_type=False)", _UP, _dropped,
    ),
    Known(
        "table-there-already",
        r"relation \"(?P<name>[\w.]+)\" already exists|Table '(?P<other>\w+)' already exists|table (?P<third>\w+) already exists",
        "{name}{other}{third} is there already: create_all (or another start) has made it before the migrations",
        "alembic stamp head, if the tables are as the models have them; and take create_all out of the start",
        _UP,
    ),
    Known(
        "not-null-on-rows",
        r"column \"(?P<name>\w+)\" of relation \"(?P<table>\w+)\" contains null values",
        "the migration wants {table}.{name} without null, and the rows that are there have none",
        "op.add_column(…, server_default=…), or fill it before alter_column(…, nullable=False)", _UP,
    ),
)  # fmt: skip


@diagnosis
def alembic(evidence: Evidence) -> Iterator[Cause]:
    """Tell what Alembic could not do."""
    yield from recognised(evidence, "database", _KNOWN, _place)


def _place(evidence: Evidence, ground: Ground | None) -> Place | None:
    """Return the line of the project, or that of alembic.ini with a percent sign."""
    if ground is None or ground.place is None or "must be followed by" in ground.failure.text:
        for file in evidence.sources.configuration:
            if file.rpartition("/")[2] == "alembic.ini":
                for number, line in enumerate(evidence.sources.text(file).splitlines(), 1):
                    if re.match(r"sqlalchemy\.url\s*=.*%(?![%(])", line):
                        return Place(file, number)
    return ground.place if ground else None
