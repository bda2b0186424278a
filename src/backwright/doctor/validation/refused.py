"""422 in words: where in the request, what came, what the schema wants, and what would pass."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence

from backwright.doctor.evidence import REFUSED, Evidence, Refusal
from backwright.doctor.masking import masked
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called
from backwright.doctor.validation.configuring import field_of, reachable
from backwright.doctor.validation.mending import mended
from backwright.doctor.validation.parameters import asked_elsewhere
from backwright.doctor.validation.passing import passing
from backwright.doctor.validation.validators import hiding_its_type
from backwright.project.types import Endpoint
from backwright.report.doctor_types import Cause
from backwright.source.syntax import nodes
from backwright.values import Place

_JSON_HEADER = (
    "send it as JSON: curl -H 'Content-Type: application/json' -d '{…}' (fetch: JSON.stringify)"
)


@diagnosis
def refused(evidence: Evidence) -> Iterator[Cause]:
    """Explain each complaint of a 422 in the log."""
    told: set[tuple[object, ...]] = set()
    for one in evidence.refusals:
        endpoint = _endpoint(evidence, one)
        if _is_of_order(evidence, one, endpoint):
            continue  # the diagnosis of the routes' order says it
        if one.kind == "none_required" and any(hiding_its_type(evidence)):
            continue
        key = (
            (endpoint, one.where[:1], one.kind)
            if _is_whole(one)
            else (endpoint, one.where, one.kind)
        )
        if key in told:
            continue
        told.add(key)
        elsewhere = asked_elsewhere(evidence, one, endpoint, _function(evidence, endpoint))
        if elsewhere is not None:
            yield elsewhere
            continue
        name, text, remedy = _explained(evidence, one, endpoint)
        place = Place(endpoint.file, endpoint.line) if endpoint else None
        cause = Cause(
            "validation", name, text,
            evidence=(f"{'.'.join(map(str, one.where))}: {one.message}{_given(one)}",),
            place=place, remedy=remedy,
            proof=passing(evidence, endpoint) if endpoint else "repeat the request",
        )  # fmt: skip
        yield mended(evidence, cause, one, endpoint, _function(evidence, endpoint))


@diagnosis
def unparsed(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an answer of 400 at an endpoint that takes a form and refuses nothing by 400 itself."""
    told = {one.request for one in evidence.refusals}
    for request in dict.fromkeys(one for one in evidence.requests if one.status == 400):
        path = request.path.partition("?")[0]
        endpoint = next((one for one in evidence.project.endpoints
                         if (one.method, one.path) == (request.method, path)), None)  # fmt: skip
        function = _function(evidence, endpoint)
        if request in told or endpoint is None or function is None or not _takes_form(function):
            continue
        if re.search(r"\b400\b|BAD_REQUEST", ast.unparse(function)):
            continue  # the handler's own answer
        yield Cause(
            "validation", "form-unparsed",
            f"{request} is answered 400 before its handler is called: the form cannot be parsed, mostly because "
            "its Content-Type was set by hand and lacks the boundary",
            (f"{request} → 400",), Place(endpoint.file, endpoint.line),
            "let the client set the header: fetch and axios do for a FormData body; curl -F 'file=@photo.png'",
            f"curl -i -X {endpoint.method} -F 'file=@photo.png' http://127.0.0.1:8000{endpoint.path}",
        )  # fmt: skip


def _given(one: Refusal) -> str:
    """Return what came, as it may be shown: of what is missing that is all the rest."""
    if "missing" in one.kind or one.given is None:
        return ""
    return f", given {_value(one)}"


def _value(one: Refusal) -> str:
    name = str(one.where[-1])
    text = json.dumps(one.given, default=str)[:80]
    return masked(name, text) if not isinstance(one.given, dict) else "an object"


def _is_whole(one: Refusal) -> bool:
    return one.where in (("body",),) or (one.kind == "missing" and one.given is None)


def _endpoint(evidence: Evidence, refusal: Refusal) -> Endpoint | None:
    """Return the endpoint that refused: by its request, else the only one that takes such a field."""
    request = refusal.request
    if request is not None and request.status in REFUSED:
        path = request.path.partition("?")[0]
        for one in evidence.project.endpoints:
            pattern = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(one.path))
            if one.method == request.method and re.fullmatch(pattern, path):
                return one
    if refusal.where[:1] != ("body",) or len(refusal.where) < 2:
        return None
    name = str(refusal.where[-1])
    found = [
        one for one in evidence.project.endpoints
        if any(field_of(cls, name) for _, cls in reachable(evidence, one.request_model))
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _is_of_order(evidence: Evidence, one: Refusal, endpoint: Endpoint | None) -> bool:
    """Tell whether a word in the path is the end of another route that stands behind."""
    if one.where[:1] != ("path",) or not isinstance(one.given, str):
        return False
    return any(
        other.path.rstrip("/").endswith(f"/{one.given}")
        for other in evidence.project.endpoints
        if endpoint is None or other.method == endpoint.method
    )


def _explained(evidence: Evidence, one: Refusal, endpoint: Endpoint | None) -> tuple[str, str, str]:
    """Return the kind of cause, what is wrong, and what to send instead."""
    place, field = _words(one.where)
    if one.kind in ("json_invalid", "value_error.jsondecode"):
        return (
            "json-invalid", f"the body is no JSON from its character {one.where[-1]} on: {one.message}",
            "quote keys and texts by \" (not '), leave no comma behind the last one",
        )  # fmt: skip
    function = _function(evidence, endpoint)
    is_missing = one.kind in ("missing", "value_error.missing")
    if is_missing and one.where[:1] == ("body",) and one.given is None:
        return _no_body(one, endpoint, function, place, field)
    if one.where == ("body",) and isinstance(one.given, dict) and _is_plain(one):
        return (
            "body-not-embedded",
            f"{_name(endpoint)} takes a single value as its whole body, and got an object",
            "Body(embed=True), which looks for it under its name; or send the value alone",
        )
    if isinstance(one.given, str) and _is_object(one) and function and _takes_form(function):
        return (
            "model-beside-form",
            f"{_name(endpoint)} takes a form (a file or fields of it), and {field} is declared as a model of JSON: a form "
            "has texts and files alone",
            f"read it from its text: {field}: Annotated[Json[…], Form()] (pydantic.Json), sent as JSON.stringify(…); or "
            "take its fields one by one, by Form()",
        )
    if isinstance(one.given, str) and _is_object(one):
        return (
            "body-as-text",
            f"{_name(endpoint)} got its body as a text, not as JSON",
            _JSON_HEADER,
        )
    if is_missing:
        return _missing(one, endpoint, function, place, field)
    if "extra" in one.kind:
        return (
            "field-unknown",
            f"{field} is not known to {_name(endpoint)}",
            "leave it out, or add it to the schema",
        )
    return (
        "value-refused",
        f"{field} {place} is {_value(one)}, and {_wanted(one.message)}",
        _sent_as(one),
    )


def _no_body(
    one: Refusal, endpoint: Endpoint | None, function: FunctionNode | None, place: str, field: str
) -> tuple[str, str, str]:
    """Explain that nothing was found where a body was looked for."""
    if function is not None and _takes_form(function):
        return (
            "form-wanted",
            f"{_name(endpoint)} takes a form, as OAuth2 has it, and got something else: {field or 'it'} "
            "was not found in it",
            "send it as a form: curl -d 'username=…' -d 'password=…' (fetch: body: new "
            "URLSearchParams({username, password})), not JSON",
        )
    if function is not None and _is_embedded(one, function):
        return _missing(one, endpoint, function, place, field)
    return (
        "body-missing",
        f"{_name(endpoint)} got no body, or none that it reads as JSON",
        _JSON_HEADER,
    )


def _is_plain(one: Refusal) -> bool:
    """Tell whether a text or a number is what is wanted."""
    return (
        re.match(
            r"(?:string|int|float|bool|date|time|uuid|type_error\.(?:str|integer|float))", one.kind
        )
        is not None
    )


def _is_object(one: Refusal) -> bool:
    """Tell whether an object is what is wanted."""
    return one.kind in ("model_attributes_type", "dict_type", "type_error.dict", "missing")


def _is_embedded(one: Refusal, function: FunctionNode) -> bool:
    """Tell whether a whole parameter of the function is missing, which has its own name in the body."""
    names = [arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)]
    return len(one.where) == 2 and one.where[1] in names


def _missing(
    one: Refusal, endpoint: Endpoint | None, function: FunctionNode | None, place: str, field: str
) -> tuple[str, str, str]:
    if (
        one.where[0] == "query"
        and endpoint is not None
        and endpoint.method in ("POST", "PUT", "PATCH")
    ):
        return (
            "query-not-body",
            f"{field} is a parameter of the query at {_name(endpoint)}: a parameter of a plain type is "
            "not looked for in the body",
            f"send it as ?{field}=…; or take it in a schema (class …(BaseModel)), or by Body()",
        )  # fmt: skip
    names = [arg.arg for arg in function.args.args] if function is not None else []
    if one.where[0] == "body" and len(one.where) == 2 and one.where[1] in names:
        return (
            "body-embedded",
            f"{_name(endpoint)} takes several things in its body (or one that is embedded), each under "
            f"its own name: {field} is missing",
            f'send {{"{field}": {{…}}}}; or take one schema only',
        )
    return (
        "field-missing",
        f"{field} {place} is missing",
        f"send {field}, or give it a default in the schema",
    )


def _words(where: Sequence[str | int]) -> tuple[str, str]:
    """Return the part of the request, and the field in it, in words."""
    field = ".".join(str(one) for one in where[1:])
    part = str(where[0]) if where else "body"
    return (f"in the {part}", field) if field else ("as a whole", f"the {part}")


def _wanted(message: str) -> str:
    plain = message.removeprefix("Value error, ")
    return plain[:1].lower() + plain[1:]


def _sent_as(one: Refusal) -> str:
    kind = one.kind
    if "date" in kind or "time" in kind:
        return "send it as ISO 8601: 2026-01-31, 2026-01-31T12:00:00Z"
    if "uuid" in kind:
        return "send a UUID: 8-4-4-4-12 hexadecimal digits"
    if kind == "string_type" and isinstance(one.given, int | float):
        return f'send it as a text: "{one.given}"'
    if "bool" in kind:
        return "send true or false"
    return "send what the schema wants, or change its field"


def _name(endpoint: Endpoint | None) -> str:
    return f"{endpoint.method} {endpoint.path}" if endpoint else "the endpoint"


def _function(evidence: Evidence, endpoint: Endpoint | None) -> FunctionNode | None:
    if endpoint is None:
        return None
    found = evidence.sources.function_at(Place(endpoint.file, endpoint.line))
    if found is not None:
        return found
    behind = [
        one for one in evidence.sources.nodes(endpoint.file)
        if isinstance(one, FunctionNode) and one.lineno >= endpoint.line
    ]  # fmt: skip
    return min(behind, key=lambda one: one.lineno, default=None)


def _takes_form(function: FunctionNode) -> bool:
    """Tell whether a handler reads a form: OAuth2PasswordRequestForm, or parameters of Form()."""
    for one in nodes(function.args):
        name = getattr(one, "id", getattr(one, "attr", ""))
        is_form = hasattr(one, "func") and called(one) == "Form"  # type: ignore[arg-type]
        if "RequestForm" in str(name) or name == "UploadFile" or is_form:
            return True
    return False
