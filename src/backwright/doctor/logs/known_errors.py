"""Errors of the application whose words tell what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_REPEAT = "repeat the request"


def _with_zone(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that makes a time with its zone."""
    line = evidence.sources.line(place)
    after = re.sub(r"\bdatetime\.(?:utcnow|now)\(\)", "datetime.now(UTC)", line)
    return () if after == line else _importing(evidence, place, after, "datetime", "UTC")


def _encodable(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that makes JSON of what is answered."""
    line = evidence.sources.line(place)
    found = re.search(r"JSONResponse\((?:content=)?(?P<value>[\[{].*[\]}]|\w+)(?=[,)])", line)
    if found is None or line.count("(") != line.count(")"):
        return ()
    after = line.replace(found["value"], f"jsonable_encoder({found['value']})", 1)
    return _importing(evidence, place, after, "fastapi.encoders", "jsonable_encoder")


def _importing(
    evidence: Evidence, place: Place, after: str, module: str, name: str
) -> tuple[Repair, ...]:
    """Return the repair that writes a line anew and imports a name for it."""
    text = evidence.sources.text(place.file)
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines[place.line - 1].endswith("\r\n") else "\n"
    lines[place.line - 1] = after + end
    made = "".join(lines)
    if not re.search(rf"(?m)^from {re.escape(module)} import .*\b{name}\b", made):
        into = rf"(?m)^(from {re.escape(module)} import )(?!\()"
        if re.search(into, made):
            made = re.sub(into, rf"\g<1>{name}, ", made, count=1)
        else:
            made = re.sub(
                r"(?m)^(?=from fastapi\b)", f"from {module} import {name}{end}", made, count=1
            )
    return (Repair(place.file, text, made),)


def _without_model(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair of a route that declares a body where there may be none."""
    line = evidence.sources.line(place)
    found = re.search(r",\s*response_model\s*=\s*[\w\[\].]+", line)
    return evidence.replaced(place, found[0], "") if found else ()


_KNOWN = (
    Known(
        "response-loop",
        r"RecursionError: maximum recursion depth exceeded|Circular reference detected",
        "the answer refers to itself: two models hold each other through their relationships, and the "
        "whole graph is written out",
        "answer with a schema that names what it gives (response_model), without the way back",
        _REPEAT,
    ),
    Known(
        "not-json",
        r"Object of type (?P<type>\w+) is not JSON serializable",
        "the answer holds a {type}, which is no JSON",
        "return a schema or jsonable_encoder(…) rather than a JSONResponse with raw values",
        _REPEAT,
        _encodable,
    ),
    Known(
        "stream-consumed",
        r"RuntimeError: (?:Stream consumed|Response content (?:longer|shorter) than Content-Length)",
        "a middleware reads a body that somebody else reads again, or changes its length",
        "read the body in the endpoint, or give back a new Response with its own headers",
        _REPEAT,
    ),
    Known(
        "no-response",
        r"RuntimeError: No response returned\.",
        "a middleware got no answer: the client hung up, or an inner middleware raised",
        "look at the exception before it; do not swallow errors in BaseHTTPMiddleware",
        _REPEAT,
    ),
    Known(
        "dependency-generator",
        r"generator didn't (?:yield|stop)|TypeError: '(?:async_)?generator' object is not an iterator"
        r"|'(?:async_)?generator' object has no attribute '(?P<name>\w+)'",
        "a dependency that yields is called by hand, or yields not once",
        "take it by Depends(…): only then is it run to its yield and ended afterwards",
        _REPEAT,
    ),
    Known(
        "depends-called",
        r"'Depends' object (?:has no attribute '(?P<name>\w+)'|is not \w+)",
        "a function whose parameters default to Depends(…) is called by hand, so that nobody resolves them",
        "give it its arguments, or take it by Depends(…) too",
        _REPEAT,
    ),
    Known(
        "naive-datetime",
        r"can't (?:compare|subtract) offset-naive and offset-aware datetimes",
        "a time with a zone meets one without",
        "use datetime.now(UTC) everywhere, and DateTime(timezone=True) for the column",
        _REPEAT,
        _with_zone,
    ),
    Known(
        "body-on-no-content",
        r"AssertionError: Status code (?P<code>204|304|1\d\d) must not have a response body",
        "an answer of {code} may have no body, and the route declares one",
        "give the route response_model=None and return nothing, or another status",
        "start the application again",
        _without_model,
    ),
)  # fmt: skip


@diagnosis
def known_errors(evidence: Evidence) -> Iterator[Cause]:
    """Tell what an error's words mean."""
    yield from recognised(evidence, "logs", _KNOWN)
