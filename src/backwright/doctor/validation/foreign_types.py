"""Types of other libraries that stand where Pydantic wants one that it knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import last_name
from backwright.report.doctor_types import Cause
from backwright.source.syntax import nodes
from backwright.values import Place

_UNKNOWN = r"Unable to generate pydantic-core schema for <class '(?P<type>[\w.]+)'>"
# What Python has for SQLAlchemy's types of columns, and where that comes from.
_PLAIN = {
    "String": ("str", ""), "Text": ("str", ""), "Unicode": ("str", ""), "Integer": ("int", ""),
    "BigInteger": ("int", ""), "SmallInteger": ("int", ""), "Float": ("float", ""),
    "Boolean": ("bool", ""), "DateTime": ("datetime", "datetime"), "Date": ("date", "datetime"),
    "Time": ("time", "datetime"), "Numeric": ("Decimal", "decimal"), "UUID": ("UUID", "uuid"),
    "Uuid": ("UUID", "uuid"),
}  # fmt: skip


@diagnosis
def foreign_types(evidence: Evidence) -> Iterator[Cause]:
    """Tell which field has a type that Pydantic does not know, and which one is meant."""
    for ground, raised, match in evidence.raised(_UNKNOWN):
        module, _, name = match["type"].rpartition(".")
        field = _field(evidence, ground.place, name)
        place = Place(field[0], field[1].lineno) if field else ground.place
        of_column = module.startswith("sqlalchemy")
        plain, origin = _PLAIN.get(name, ("", "")) if of_column else ("", "")
        repairs = (
            rewritten(evidence, field[0], [(field[1].annotation, plain)],
                      {origin: {plain}} if origin else None)
            if field and plain and isinstance(field[1].annotation, ast.Name) else ()
        )  # fmt: skip
        yield Cause(
            "validation", "type-unknown",
            f"{name} is a type of {module.partition('.')[0]}" + (
                "'s columns, and a schema wants Python's own" if of_column
                else ", which Pydantic does not know"),
            (raised.text[:200],), place,
            f"annotate it with {plain}" if plain else
            "annotate the parameter with it and nothing else, imported where the module runs (not under "
            "TYPE_CHECKING); of a library's own handlers, install the versions of fastapi and pydantic that it was made for"
            if module.startswith(("starlette", "fastapi")) else
            "annotate what is sent (str, a schema of its own); in a handler response_model=None; else "
            "model_config = ConfigDict(arbitrary_types_allowed=True)",
            "start the application again", repairs=repairs,
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _field(evidence: Evidence, place: Place | None, name: str) -> tuple[str, ast.AnnAssign] | None:
    """Return the field of a type in the class at a place."""
    if place is None:
        return None
    for cls in evidence.sources.nodes(place.file):
        if not isinstance(cls, ast.ClassDef) or cls.lineno != place.line:
            continue
        for node in cls.body:
            if isinstance(node, ast.AnnAssign) and name in _names(node.annotation):
                return place.file, node
    return None


def _names(annotation: ast.expr) -> list[str]:
    return [last_name(one) for one in nodes(annotation) if isinstance(one, ast.expr)]
