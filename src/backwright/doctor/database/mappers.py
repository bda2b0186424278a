"""Relationships that SQLAlchemy cannot put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_PROOF = "start the application again, and send a request that reads this table"
_KNOWN = (
    Known(
        "relationship-target",
        r"expression '(?P<target>\w+)' failed to locate a name",
        "a relationship names {target}, and no model of that name is known when mappers are set up",
        "mend the name, or import the module of {target} before the first query (in the models' "
        "package, say)",
        _PROOF,
    ),
    Known(
        "relationship-foreign-key",
        r"(?:Could not determine join condition between parent/child tables on relationship (?P<name>[\w.]+) - there are no foreign keys"
        r"|NoForeignKeysError)",
        "the relationship {name} has no foreign key to go by",
        "add the column that refers to the other table: Field(foreign_key=\"table.id\") or "
        "ForeignKey(\"table.id\")",
        _PROOF,
    ),
    Known(
        "relationship-ambiguous",
        r"Could not determine join condition between parent/child tables on relationship (?P<name>[\w.]+) - there are multiple foreign key",
        "several foreign keys lead to the other table, and the relationship {name} does not say which",
        "name it: foreign_keys=[Model.column] (SQLModel: sa_relationship_kwargs)",
        _PROOF,
    ),
    Known(
        "relationship-back-populates",
        r"Mapper 'Mapper\[(?P<model>\w+)\(\w+\)\]' has no property '(?P<name>\w+)'",
        "a relationship's back_populates names {model}.{name}, which is not there",
        "give both sides each other's name",
        _PROOF,
    ),
    Known(
        "table-twice",
        r"Table '(?P<table>\w+)' is already defined for this MetaData",
        "the table {table} is declared twice: two classes of one name, or one module imported under two "
        "names (app.models and models)",
        "import it everywhere by one name; do not hide it with extend_existing",
        _PROOF,
    ),
    Known(
        "reserved-attribute",
        r"Attribute name '(?P<name>metadata|registry)' is reserved",
        "a column is named {name}, which the declarative base needs itself",
        'name the attribute otherwise and keep the column: meta = mapped_column("{name}", …)',
        _PROOF,
    ),
)  # fmt: skip


@diagnosis
def mappers(evidence: Evidence) -> Iterator[Cause]:
    """Tell which relationship cannot be put together."""
    for cause in recognised(evidence, "database", _KNOWN):
        yield _located(evidence, cause)


def _located(evidence: Evidence, cause: Cause) -> Cause:
    """Return a cause at the line that names what is wrong, with the name mended where one is near."""
    if cause.name == "relationship-target":
        target = cause.text.split("names ", 1)[1].split(",", 1)[0]
        return _with_name(evidence, cause, target, [one.name for one in evidence.project.models])
    if cause.name == "relationship-back-populates":
        model, _, name = cause.text.split("names ", 1)[1].split(",", 1)[0].partition(".")
        known = [
            relation.name
            for one in evidence.project.models
            if one.name == model
            for relation in one.relationships
        ]
        return _with_name(evidence, cause, name, known)
    return cause


def _with_name(evidence: Evidence, cause: Cause, name: str, known: list[str]) -> Cause:
    place = _line_with(evidence, name)
    if place is None:
        return cause
    near = next(iter(get_close_matches(name, known, 1, 0.7)), "")
    repairs: tuple[Repair, ...] = ()
    if near and name not in known:
        repairs = evidence.replaced(place, name, near)
    return replace(cause, place=place, repairs=repairs)


def _line_with(evidence: Evidence, name: str) -> Place | None:
    """Return the line of a model that names something in quotes."""
    for model in evidence.project.models:
        for number, line in enumerate(evidence.sources.text(model.file).splitlines(), 1):
            if f'"{name}"' in line or f"'{name}'" in line or f'"{name}' in line:
                return Place(model.file, number)
    return None
