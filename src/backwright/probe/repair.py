"""Mending a request by what its refusal says: a 422 names the field and what was expected."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backwright.probe.client import Answer, Call, Exchange
from backwright.probe.samples import Mark, Sampler
from backwright.probe.schemas import Value

_MENDABLE = (400, 409, 422, 500)  # some answer 500 to what their document allows to leave out
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)e-?mail"), "email"),
    (re.compile(r"(?i)\bur[li]\b|http"), "uri"),
    (re.compile(r"(?i)uuid"), "uuid"),
    (re.compile(r"(?i)date-?time|datetime|timestamp"), "date-time"),
    (re.compile(r"(?i)\bdate\b"), "date"),
    (re.compile(r"(?i)phone"), "phone"),
    (re.compile(r"(?i)\bip\b|ipv4"), "ipv4"),
    (re.compile(r"(?i)base64"), "byte"),
    (re.compile(r"(?i)decimal"), "decimal"),
)


_PLAIN: tuple[tuple[re.Pattern[str], Value], ...] = (
    (re.compile(r"(?i)bool"), False),
    (re.compile(r"(?i)\b(list|array)\b"), []),
    (re.compile(r"(?i)\b(dict|object|dictionary)\b"), {}),
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a refusal says of one place: `place` begins with body, query or path."""

    place: tuple[str | int, ...]
    kind: str
    text: str
    context: Mapping[str, Any]


def may_be_mended(exchange: Exchange) -> bool:
    """Tell whether a refusal may be one of what was sent; a 404 may speak of what a body names."""
    named = exchange.status == 404 and exchange.call.body is not None
    return exchange.status in _MENDABLE or named


def complaints(answer: Answer) -> list[Complaint]:
    """Return what an answer complains of, in FastAPI's form or in one like it."""
    return list(_complaints(answer.json))


def _complaints(value: Value) -> Iterator[Complaint]:
    if isinstance(value, list):
        for one in value:
            yield from _complaints(one)
    elif isinstance(value, Mapping):
        place = value.get("loc", value.get("field", value.get("path")))
        text = str(value.get("msg", value.get("message", "")))
        if place is not None and text:
            where = tuple(place) if isinstance(place, list) else tuple(str(place).split("."))
            if where and where[0] not in ("body", "query", "path", "header", "cookie"):
                where = ("body", *where)
            context = value.get("ctx") if isinstance(value.get("ctx"), Mapping) else {}
            yield Complaint(where, str(value.get("type", "")), text, context or {})
        else:
            for one in value.values():
                yield from _complaints(one)


def mended(call: Call, answer: Answer, sampler: Sampler, letter: str) -> Call | None:
    """Return the call with the named places mended; None if nothing could be."""
    body, query = copy.deepcopy(call.body), dict(call.query)
    touched = False
    for one in complaints(answer):
        if one.place[0] == "body" and len(one.place) > 1:
            new_body = body if isinstance(body, dict | list) else {}
            if _set(new_body, one.place[1:], _better(one, sampler, letter)):
                body, touched = new_body, True
        elif one.place[0] == "query" and len(one.place) > 1:
            query[str(one.place[1])] = _better(one, sampler, letter)
            touched = True
    return replace(call, body=body, query=query) if touched else None


def _set(body: Value, place: tuple[str | int, ...], value: Value) -> bool:
    """Put a value into a body; False if the place leads nowhere."""
    for key in place[:-1]:
        if isinstance(body, dict) and isinstance(body.get(str(key)), dict | list):
            body = body[str(key)]
        elif isinstance(body, list) and isinstance(key, int) and key < len(body):
            body = body[key]
        elif isinstance(body, dict):
            return False
    last = place[-1]
    if isinstance(body, dict):
        body[str(last)] = value
        return True
    if isinstance(body, list) and isinstance(last, int) and last < len(body):
        body[last] = value
        return True
    return False


def _better(one: Complaint, sampler: Sampler, letter: str) -> Value:
    """Return a value of the kind that was expected."""
    name = str(one.place[-1])
    words = f"{one.kind} {one.text}"
    schema: dict[str, Any] = dict(_bounds(one.context))
    expected = one.context.get("expected") or one.context.get("enum_values")
    if options := re.findall(r"'([^']*)'", str(expected or "")):
        return options[0]
    if re.search(r"(?i)missing|required", words):
        return sampler.value({"type": "string"}, name, letter)
    for fits, plain in _PLAIN:
        if fits.search(words):
            return copy.deepcopy(plain)
    if re.search(r"(?i)integer|\bint\b|\bint_|number|greater|less", words):
        return sampler.value({"type": "integer", **_spoken_bounds(one)}, name, letter)
    if "timezone" in words.lower():
        moment = str(sampler.value({"type": "string", "format": "date-time"}, name, letter))
        return moment.removesuffix("Z") if re.search(r"(?i)naive|\bnot\b", words) else moment
    for fits, form in _WORDS:
        if fits.search(words):
            return sampler.value({"type": "string", "format": form}, name, letter)
    if re.search(r"(?i)characters|length|short|long", words):
        schema |= _spoken_length(one)
    return sampler.value({"type": "string", **schema}, "", letter)


def _bounds(context: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = {
        "min_length": "minLength",
        "max_length": "maxLength",
        "pattern": "pattern",
        "ge": "minimum",
        "le": "maximum",
    }
    for ours, theirs in names.items():
        if ours in context:
            yield theirs, context[ours]


def _spoken_bounds(one: Complaint) -> dict[str, Any]:
    bounds: dict[str, Any] = {k: v for k, v in _bounds(one.context) if k.endswith("imum")}
    if "gt" in one.context:
        bounds["minimum"] = float(one.context["gt"]) + 1
    if "lt" in one.context:
        bounds["maximum"] = float(one.context["lt"]) - 1
    if not bounds and (found := _NUMBER.search(one.text)):
        key = "minimum" if re.search(r"(?i)greater|least|more|above", one.text) else "maximum"
        bounds[key] = float(found[0])
    return bounds


def _spoken_length(one: Complaint) -> dict[str, Any]:
    found = _NUMBER.search(one.text)
    if not found:
        return {}
    key = "minLength" if re.search(r"(?i)least|short|more", one.text) else "maxLength"
    return {key: int(float(found[0]))}


def marks_in(text: str) -> set[str]:
    """Return the marks (see `Mark.text`) that a text has, in lower case."""
    return {found.lower() for found in _MARK.findall(text)}


_MARK = re.compile(r"(?i)qz[a-z]\d{5}x")
assert _MARK.fullmatch(Mark("a", 1).text)  # noqa: S101 - the two are written down twice
