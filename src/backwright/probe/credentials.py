"""The bodies of registrations and logins: who somebody is, and their password, in each API's form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backwright.probe.doors import identifier_fields, password_fields
from backwright.probe.operations import FORMS, Api, Operation
from backwright.probe.people import Person
from backwright.probe.samples import Sampler

_NAMES = (
    "email", "username", "name", "login", "phone", "phone_number", "account", "user_id", "nickname",
)  # fmt: skip


def with_identity(
    api: Api, operation: Operation, body: dict[str, Any], person: Person, sampler: Sampler
) -> dict[str, Any]:
    """Give a registration its password, and an address or name of its own."""
    inner = next((v for v in body.values() if isinstance(v, dict) and len(body) == 1), body)
    schema = operation.body or {}
    if inner is not body:
        schema = api.schemas.properties(schema)[next(iter(body))]
    for name in password_fields(api, operation):
        if name in api.schemas.properties(schema):
            inner[name] = person.password
    for name in identifier_fields(api, operation):
        if name not in inner and name in api.schemas.properties(schema):
            inner[name] = sampler.value(api.schemas.properties(schema)[name], name, person.letter)
    return body


def login_bodies(
    api: Api, operation: Operation, sent: Mapping[str, Any], person: Person
) -> Iterator[dict[str, Any]]:
    """Yield bodies for a login: the form's own fields, filled with each name the account has."""
    flat = {**next((v for v in sent.values() if isinstance(v, dict)), {}), **sent}
    known = {**flat, **{k: v for k, v in person.known.items() if k not in flat}}
    fields = identifier_fields(api, operation)
    secrets = password_fields(api, operation)
    if not fields and (operation.media in FORMS or not operation.media):
        fields, secrets = ("username",), ("password",)
    names = [str(known[name]) for name in _NAMES if known.get(name)]
    if "username" in known and "email" in known:
        names = [str(known["username"]), str(known["email"])]
    for name in dict.fromkeys([*(str(known[f]) for f in fields if known.get(f)), *names]):
        body: dict[str, Any] = dict.fromkeys(secrets, person.password)
        for one in fields:
            body[one] = known[one] if known.get(one) and len(fields) > 1 else name
        if operation.media in FORMS and "grant_type" in _properties(api, operation):
            body["grant_type"] = "password"
        yield _wrapped(api, operation, body)


def _properties(api: Api, operation: Operation) -> Mapping[str, Any]:
    return api.schemas.properties(operation.body or {})


def _wrapped(api: Api, operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
    """Put a body into the one object that it is expected in, such as `{"user": {…}}`."""
    outer = _properties(api, operation)
    if len(outer) == 1:
        name, schema = next(iter(outer.items()))
        if name not in body and api.schemas.properties(schema):
            return {name: body}
    return body
