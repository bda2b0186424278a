"""Errors of the application whose words tell what is wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.database.query_mending import moved_to_application
from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.logs.taken import taken_by_depends
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called, keyword
from backwright.doctor.tokens.written import is_of_tokens
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
    call = evidence.sources.call_at(
        place, "JSONResponse", "ORJSONResponse", "HTTPException", "dumps", "send_json"
    )
    if call is None:
        return ()
    names = ("detail",) if called(call) == "HTTPException" else ("content", "obj", "data")
    value = next((found for name in names if (found := keyword(call, name)) is not None), None)
    if value is None and called(call) != "HTTPException":
        value = call.args[0] if call.args else None
    if value is None or (isinstance(value, ast.Call) and called(value) == "jsonable_encoder"):
        return ()
    written = segment(evidence, place.file, value)
    imports = {"fastapi.encoders": {"jsonable_encoder"}}
    return rewritten(evidence, place.file, [(value, f"jsonable_encoder({written})")], imports)


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


def _by_key(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that reads a dictionary by the key that was read as an attribute."""
    name = next((match["name"] for ground, _, match in evidence.raised(
        r"'dict' object has no attribute '(?P<name>\w+)'") if ground.place == place), None)  # fmt: skip
    found = [
        one for one in evidence.sources.nodes(place.file)
        if isinstance(one, ast.Attribute) and one.attr == name and one.lineno == place.line
    ]  # fmt: skip
    if len(found) != 1 or not isinstance(found[0].ctx, ast.Load):
        return ()
    inner = segment(evidence, place.file, found[0].value)
    return rewritten(evidence, place.file, [(found[0], f'{inner}["{name}"]')])


def _other_with(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that opens something by the other kind of `with`."""
    line = evidence.sources.line(place)
    if re.match(r"\s*async with ", line):
        return evidence.replaced(place, "async with ", "with ")
    function = evidence.sources.function_at(place)
    if re.match(r"\s*with ", line) and isinstance(function, ast.AsyncFunctionDef):
        return evidence.replaced(place, "with ", "async with ")
    return ()


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
        "return a schema, or jsonable_encoder(…) of what goes into a JSONResponse or the detail of an "
        "HTTPException",
        _REPEAT,
        _encodable,
    ),
    Known(
        "hash-unknown",
        r"UnknownHashError|hash could not be identified|This hash can't be identified|ValueError: (?:Invalid salt|invalid bcrypt hash)",
        "what is stored as the hash of a password is none that the library knows: plain text, cut off, empty, "
        "or of another scheme",
        "store what hash(password) gives, in a column that is long enough; answer 401 where it cannot be read, and "
        "let such accounts set their passwords anew",
        "log in again",
    ),
    Known(
        "middleware-too-late",
        r"RuntimeError: Cannot add middleware after an application has started",
        "a middleware is added when the application has started: at startup, in its lifespan or by a request",
        "add it beside the application, where the module is read: app.add_middleware(…) behind app = FastAPI(…)",
        "start the application again",
        moved_to_application,
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
        taken_by_depends,
    ),
    Known(
        "depends-called",
        r"'Depends' object (?:has no attribute '(?P<name>\w+)'|is not \w+)",
        "a function whose parameters default to Depends(…) is called by hand, so that nobody resolves them",
        "give it its arguments, or take it by Depends(…) too",
        _REPEAT,
        taken_by_depends,
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
        "answer-not-a-number",
        r"Out of range float values are not JSON compliant",
        "the answer holds NaN or infinity, which JSON does not have",
        "make None of it before it is returned: None if math.isnan(value) else value (pandas: "
        "frame.replace({{float('nan'): None}}))",
        _REPEAT,
    ),
    Known(
        "dictionary-as-object",
        r"AttributeError: 'dict' object has no attribute '(?P<name>\w+)'",
        "a dictionary is read as if it were an object: .{name}",
        'read it by its key: ["{name}"]; or make a schema of it: Model.model_validate(…)',
        _REPEAT,
        _by_key,
    ),
    Known(
        "list-as-object",
        r"AttributeError: 'list' object has no attribute '(?P<name>\w+)'",
        "a list is read as if it were one of its rows: .{name}",
        "take one row: .first() or .scalar_one_or_none() instead of .all(), or go through the list",
        _REPEAT,
    ),
    Known(
        "method-not-called",
        r"'(?:builtin_function_or_)?(?:method|function)' object is not (?:iterable|subscriptable)|"
        r"Object of type (?:method|function) is not JSON",
        "a method is used without being called: its parentheses are missing",
        "call it: ()",
        _REPEAT,
    ),
    Known(
        "context-manager-kind",
        r"'(?P<type>\w+)' object does not support the (?P<asked>asynchronous )?context manager protocol",
        "{type} is opened by the wrong kind of `with`",
        "`async with` what is asynchronous, `with` what is not",
        _REPEAT,
        _other_with,
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


_DRIVER = re.compile(r"invalid input for query argument")


@diagnosis
def known_errors(evidence: Evidence) -> Iterator[Cause]:
    """Tell what an error's words mean."""
    driven = {one.number for one in evidence.grounds if _DRIVER.search(one.failure.text)}
    of_tokens = {one.number for one in evidence.grounds if is_of_tokens(one)}
    for cause in recognised(evidence, "logs", _KNOWN):
        if cause.name == "naive-datetime" and cause.failure in driven:
            continue  # a column's type refuses it: the database's diagnosis says which
        if cause.name == "not-json" and cause.failure in of_tokens:
            continue  # the claims of a token hold it, no answer
        yield cause
