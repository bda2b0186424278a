"""Claims that cannot be written into a token."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import last_name
from backwright.doctor.tracebacks import frames_of
from backwright.report.doctor_types import Cause
from backwright.source.syntax import nodes

_NOT_JSON = r"Object of type (?P<type>\w+) is not JSON serializable"
_LIBRARIES = ("/jwt/", "/jose/", "/authlib/", "/joserfc/")
_UUIDS = ("uuid1", "uuid4", "uuid7", "UUID")


@diagnosis
def claims_not_json(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a claim that is no JSON, before the answer is blamed for it."""
    for ground, raised, match in evidence.raised(_NOT_JSON):
        if not is_of_tokens(ground):
            continue
        found = _claims(evidence, ground) if match["type"] == "UUID" else []
        place = ground.place
        changes = (
            [(one, f"str({segment(evidence, place.file, one)})") for one in found] if place else []
        )
        yield Cause(
            "tokens", "claims-not-json",
            f"the claims of a token hold a {match['type']}, which is no JSON",
            (raised.text,), place, f"str(…) of the {match['type']} in the claims", "log in again",
            repairs=rewritten(evidence, place.file, changes) if place else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def is_of_tokens(ground: Ground) -> bool:
    """Tell whether it failed within a library of tokens."""
    files = [frame.file.replace("\\", "/") for _, frame in frames_of(ground.failure)]
    return any(one in file for file in files for one in _LIBRARIES)


def _claims(evidence: Evidence, ground: Ground) -> list[ast.expr]:
    """Return the values of dictionaries in the function that are UUIDs, by their making or field."""
    function = evidence.sources.function_at(ground.place) if ground.place else None
    fields = {
        column.name for model in evidence.project.models for column in model.columns
        if "uuid" in column.type.lower()
    }  # fmt: skip
    values = [
        value for one in (nodes(*function.body) if function else ())
        if isinstance(one, ast.Dict) for value in one.values
    ]  # fmt: skip
    return [
        one for one in values
        if (isinstance(one, ast.Call) and last_name(one.func) in _UUIDS)
        or (isinstance(one, ast.Attribute) and one.attr in fields)
    ]  # fmt: skip
