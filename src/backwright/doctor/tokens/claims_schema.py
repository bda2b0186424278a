"""Claims that their own schema refuses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import last_name
from backwright.doctor.tokens.mending import Signed, signed_claims
from backwright.doctor.tokens.reading import decodings
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_TEXTS = re.compile(r"(?i)(?:^|\.)(?:e?mail|user_?name|login|name)$")


@diagnosis
def refused_claims(evidence: Evidence) -> Iterator[Cause]:
    """Tell which claim of a token is not what the schema of the claims wants."""
    pattern = r"ValidationError: \d+ validation errors? for (?P<model>\w+)\n(?P<claim>\w+)\n\s+(?P<said>[^\[(\n]+)"
    for ground, raised, match in evidence.raised(pattern):
        if not _is_of_claims(evidence, ground.place, match["model"]):
            continue
        claim = next((one for one in signed_claims(evidence) if one.name == match["claim"]), None)
        said = match["said"].strip()
        signed = f", and {segment(evidence, claim.file, claim.value)} is signed" if claim else ""
        yield Cause(
            "tokens", "token-claim-type",
            f"{match['model']} refuses the token's {match['claim']}: {said[:1].lower()}{said[1:]}{signed}",
            tuple(one.strip() for one in raised.text.splitlines()[1:3]),
            Place(claim.file, claim.value.lineno) if claim else ground.place,
            f"sign the {match['claim']} that the schema and the look-up want, or change both to what is signed",
            "log in again, and use the new token",
            repairs=_as_key(evidence, claim, said) if claim else (), failure=ground.number, count=ground.count,
        )  # fmt: skip


def _is_of_claims(evidence: Evidence, place: Place | None, model: str) -> bool:
    """Tell whether a model is made, at a place, of what `decode` has returned in the same function."""
    call = evidence.sources.call_at(place, model, "model_validate", "parse_obj")
    function = evidence.sources.function_at(place) if place else None
    if call is None or function is None:
        return False
    known = {id(one.call) for one in decodings(evidence)}
    claims = {
        last_name(one.targets[0]) for one in nodes(*function.body)
        if isinstance(one, ast.Assign) and any(id(n) in known for n in ast.walk(one.value))
    }  # fmt: skip
    given = {last_name(n) for n in ast.walk(call) if isinstance(n, ast.Name)}
    return bool(claims & given)


def _as_key(evidence: Evidence, claim: Signed, said: str) -> tuple[Repair, ...]:
    """Return the repair that signs a user's key where the schema wants one, and a name is signed."""
    value = claim.value
    wants_key = re.search(r"valid (?:integer|UUID)", said, re.IGNORECASE)
    if not wants_key or not isinstance(value, ast.Attribute) or claim.name != "sub":
        return ()
    if not _TEXTS.search(ast.unparse(value)):
        return ()
    owner = segment(evidence, claim.file, value.value)
    return rewritten(evidence, claim.file, [(value, f"str({owner}.id)")])
