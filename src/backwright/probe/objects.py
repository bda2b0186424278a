"""What a probe has made, and the places of requests that name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from backwright.probe.answers import find_value
from backwright.probe.client import Call, Exchange
from backwright.probe.database import Change, Key
from backwright.probe.operations import Operation
from backwright.probe.schemas import Value

_BARE = ("id", "pk", "uuid", "uid")
Place = Literal["path", "query", "body", "header"]


@dataclass(frozen=True, slots=True)
class Made:
    """An object that a person's request made.

    Attributes:
        noun: What it is.
        maker: Whose request it was.
        values: The answer's body, what was sent, and the new row, an earlier one going first.
        rows: The rows that it brought.
        path: The parameters of the path that it was made under.
    """

    noun: str
    maker: str
    values: tuple[Mapping[str, Any], ...]
    rows: tuple[Change, ...] = ()
    path: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key | None:
        """Return the row that it mainly is."""
        return self.rows[0].key if self.rows else None

    def get(self, *names: str) -> Value:
        """Return the first value under one of some names."""
        for one in self.values:
            value = find_value(one, *names)
            if value is not None:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of a request that names an object: where, under which name, of what kind."""

    place: Place
    name: str
    noun: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an operation could not be called, or an object not be made."""

    why: str
    exchange: Exchange | None = None


def identifier(slot: Slot, one: Made, operation: Operation) -> Value:
    """Return the value by which an object is named in a place."""
    name = slot.name
    if slot.many and name.lower().endswith("s"):
        name = name[:-1]
    schema = {}
    if slot.place == "path" and (parameter := operation.parameter(slot.name, "path")):
        schema = dict(parameter.schema)
    bare = name.lower().removeprefix(slot.noun).lstrip("_-") or "id"
    keys = [name] if bare not in _BARE else []
    if bare not in _BARE:
        keys.append(bare)
    keys += [
        "id",
        f"{slot.noun}_id",
        "uuid",
        "uid",
        "pk",
        f"{slot.noun}_uuid",
        name,
    ]
    # A name serves only where nothing has an id: an answer may leave it out that the row has.
    for wanted in (keys, ("slug", "name")):
        for values in one.values:
            for key in wanted:
                value = find_value(values, key)
                if value is not None and _suits(value, schema):
                    return value
    return None


def _suits(value: Value, schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, str) and value.isdigit())
    return True


def put(call: Call, slot: Slot, value: Value) -> Call:
    """Return the call with an id put into a place."""
    whole = [value] if slot.many else value
    if slot.place == "path":
        return replace(call, path={**call.path, slot.name: value})
    if slot.place == "query":
        return replace(call, query={**call.query, slot.name: whole})
    if slot.place == "header":
        return replace(call, headers={**call.headers, slot.name: str(value)})
    body = call.body if isinstance(call.body, dict) else {}
    return replace(call, body={**body, slot.name: whole})


def naming_itself(call: Call, slots: tuple[Slot, ...]) -> Call:
    """Let the id in a body be that of the object in the path: nobody means to change it."""
    for slot in slots:
        if slot.place != "body" or slot.name != "id" or not isinstance(call.body, dict):
            continue
        same = next((s for s in slots if s.place == "path" and s.noun == slot.noun), None)
        if same is not None and "id" in call.body and same.name in call.path:
            return put(call, slot, call.path[same.name])
    return call


def without(call: Call, slot: Slot) -> Call:
    """Return the call without a field of its body."""
    if slot.place != "body" or not isinstance(call.body, dict):
        return call
    return replace(call, body={k: v for k, v in call.body.items() if k != slot.name})


def describe(exchange: Exchange) -> str:
    """Return an answer in a few words."""
    text = " ".join(exchange.answer.text.split())
    return f"answers {exchange.status}" + (f" ({text[:120]})" if text else "")
