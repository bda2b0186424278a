"""`await` where there is nothing to wait for, and none where there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.database.factories import has_wrong_factory
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_PROOF = "repeat the request"


@diagnosis
def needless(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an `await` before what a synchronous session gives."""
    pattern = r"object (?P<type>\w+) can't be used in 'await' expression|'?(?P<other>\w+)'? object can't be awaited"
    if has_wrong_factory(evidence):
        return  # every await fails for it
    for ground, raised, match in evidence.raised(pattern):
        place = ground.place
        yield Cause(
            "logs", "await-needless",
            f"`await` stands before a {match['type'] or match['other']}, which is there already: the "
            "session is a synchronous one",
            evidence=(raised.text,), place=place,
            remedy="take the await away; or make the engine and the session async, all of them",
            proof=_PROOF, repairs=evidence.replaced(place, "await ", "") if place else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


@diagnosis
def missing(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a coroutine that nobody awaits."""
    pattern = r"'coroutine' object (?:has no attribute '(?P<name>\w+)'|is not \w+)|(?:not|found) '?coroutine'?|(?:of type|given) '?coroutine'?|ValueError: \[TypeError\(\"'coroutine' object is not iterable"
    for ground, raised, _ in evidence.raised(pattern):
        place = _origin(evidence, ground.place) if ground.place else None
        yield Cause(
            "logs", "await-missing",
            f"what is called at {place or 'the failing line'} is a coroutine, and nobody awaits it",
            evidence=(raised.text,), place=place or ground.place,
            remedy="put await before the call",
            proof=_PROOF, repairs=_awaited(evidence, place) if place else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _origin(evidence: Evidence, place: Place) -> Place | None:
    """Return the call that gave the coroutine: in the line itself, or where its name was assigned."""
    function = evidence.sources.function_at(place)
    if not isinstance(function, ast.AsyncFunctionDef):
        return None
    awaited = {id(one.value) for one in nodes(*function.body) if isinstance(one, ast.Await)}
    names = set(re.findall(r"\b([A-Za-z_]\w*)\.", evidence.sources.line(place)))
    names |= set(re.findall(r"\breturn ([A-Za-z_]\w*)\b", evidence.sources.line(place)))
    names |= {  # what is given to a call there
        given.id for one in nodes(*function.body)
        if isinstance(one, ast.Call) and one.lineno <= place.line <= (one.end_lineno or 0)
        for given in (*one.args, *(word.value for word in one.keywords)) if isinstance(given, ast.Name)
    }  # fmt: skip
    assigned = [
        one for one in nodes(*function.body)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call) and one.lineno <= place.line
    ]  # fmt: skip
    for one in assigned:
        ours = any(isinstance(t, ast.Name) and t.id in names for t in one.targets)
        if ours and id(one.value) not in awaited:
            return Place(place.file, one.lineno)
    return None


def _awaited(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    line = evidence.sources.line(place)
    found = re.search(r"=\s*(?!await)", line)
    if found is None:
        return ()
    return evidence.replaced(place, line, f"{line[: found.end()]}await {line[found.end() :]}")
