"""Learning to use an API: what makes what, and how to call each operation with success.

An operation is called with references: ids in its path, its query and its body. For each one the
learner makes an object first, by the operation that creates its kind, and so on down to the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from backwright.probe.answers import find_value, items_of, walk
from backwright.probe.client import Call, Exchange
from backwright.probe.database import Change, Key
from backwright.probe.doors import password_fields
from backwright.probe.nouns import (
    is_user,
    noun,
    noun_of_operation,
    noun_of_parameter,
    noun_of_reference,
    noun_of_segment,
)
from backwright.probe.operations import Operation
from backwright.probe.ownership import says_owner
from backwright.probe.people import Person
from backwright.probe.repair import mended
from backwright.probe.schemas import Value, is_array
from backwright.probe.session import Session

_ATTEMPTS = 5
_MENDABLE = (400, 409, 422, 500)  # some answer 500 to what their document allows to leave out
_BULK = re.compile(r"(?i)bulk|batch|import|export|search|login|logout|count")
_DEEPEST = 5
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


@dataclass
class Learner:
    """Builds calls that succeed, and makes the objects that they need.

    Attributes:
        session: The state of the probe.
        accounts_made_by: The registration, which makes users.
        used: Every operation that was called with success, and the exchange.
    """

    session: Session
    registration: Operation | None = None
    used: dict[str, Exchange] = field(default_factory=dict)
    _standing: dict[tuple[str, str], Made] = field(default_factory=dict)
    _failed: dict[tuple[str, str], Refusal] = field(default_factory=dict)
    _recipes: dict[str, Call] = field(default_factory=dict)

    # --- what refers to what

    def slots(self, operation: Operation) -> tuple[Slot, ...]:
        """Return the places of an operation that name objects."""
        return tuple(self._slots(operation))

    def _slots(self, operation: Operation) -> Iterator[Slot]:
        for name in operation.path_names:
            kind = noun_of_parameter(operation, name)
            if self.creators(kind, operation) or self._is_account(kind):
                yield Slot("path", name, kind)
        for one in operation.parameters:
            if one.location in ("query", "header"):
                found = self._referred(one.name, one.schema)
                if found:
                    place: Place = "query" if one.location == "query" else "header"
                    yield Slot(place, one.name, found, is_array(one.schema))
        for name, schema in self._fields(operation).items():
            found = self._referred(name, schema) or self._named(operation, name)
            if found is None and name in ("ids", "id") and operation.method != "GET":
                found = self.resource(operation)
            if found:
                yield Slot("body", name, found, is_array(schema))

    def _fields(self, operation: Operation) -> Mapping[str, Mapping[str, Any]]:
        schemas = self.session.api.schemas
        return schemas.properties(operation.body) if operation.body is not None else {}

    def _named(self, operation: Operation, name: str) -> str | None:
        """Return `user` for a field that names somebody by what they log in with."""
        api = self.session.api
        names = name.lower() in ("username", "email", "user_email", "user_name")
        about = is_user(self.resource(operation)) and not operation.path_names
        if not names or not self.session.people or password_fields(api, operation) or about:
            return None
        return "user" if operation.secured or operation.path_names else None

    def _referred(self, name: str, schema: Mapping[str, Any]) -> str | None:
        """Return what a field names by id, if that can be made."""
        found = noun_of_reference(name)
        kind = schema.get("items", schema) if is_array(schema) else schema
        kind = self.session.api.schemas.whole(kind)
        if found is None and kind.get("format") == "uuid":
            found = noun(name)
        if found in ("parent", None):
            return None
        if kind.get("type") not in (None, "string", "integer"):
            return None
        if self.creators(found) or self._is_account(found):
            return found
        stem = found.rpartition("_")[2]
        return stem if self.creators(stem) else None

    def _is_account(self, kind: str) -> bool:
        return is_user(kind) and bool(self.session.people)

    def resource(self, operation: Operation) -> str:
        """Return what an operation is about; `/posts/{id}/publish` is about a post."""
        found = noun_of_operation(operation)
        if operation.path_names and not operation.path.rstrip("/").endswith("}"):
            known = {
                noun_of_parameter(one, n) for one in self._operations() for n in one.path_names
            }
            if found not in known and not self._has_rows(operation):
                return noun_of_parameter(operation, operation.path_names[-1])
        return found

    def _has_rows(self, operation: Operation) -> bool:
        """Tell whether a path is a collection: it can be listed and added to."""
        methods = {one.method for one in self._operations() if one.path == operation.path}
        return {"GET", "POST"} <= methods

    def _operations(self) -> tuple[Operation, ...]:
        return self.session.api.operations

    def creators(self, kind: str, under: Operation | None = None) -> tuple[Operation, ...]:
        """Return the operations that make objects of a kind, those above a path first."""
        found = [one for one in self._operations() if self._creates(one, kind)]
        if under is None:
            return tuple(sorted(found, key=lambda one: (len(one.path_names), len(one.path))))
        return tuple(sorted(found, key=lambda one: (-_shared(one, under), len(one.path_names))))

    def _creates(self, one: Operation, kind: str) -> bool:
        if one.method not in ("POST", "PUT") or one is self.registration:
            return False
        last = one.segments[-1] if one.segments else ""
        if last.startswith("{") or _BULK.search(last):
            return False
        found = noun_of_segment(last)
        if found is None:
            before = [noun_of_segment(part) for part in one.segments[:-1]]
            found = next((part for part in reversed(before) if part), None)
        return found == kind and (one.method == "POST" or "create" in one.path)

    # --- making

    def make(
        self, kind: str, who: Person, *, fresh: bool = False, under: Operation | None = None,
        depth: int = 0,
    ) -> Made | Refusal:  # fmt: skip
        """Return an object of a kind that a person made: a standing one, or a new one.

        Args:
            kind: The noun.
            who: Whose it is to be.
            fresh: Whether it must be a new one.
            under: The operation that needs it; a creator on its path is taken first.
            depth: How many objects wait for this one.
        """
        if self._is_account(kind) and not self.creators(kind):
            return self._account(kind, who)
        place = (kind, who.name)
        if not fresh and place in self._standing:
            return self._standing[place]
        if place in self._failed:
            return self._failed[place]
        if depth > _DEEPEST:
            return Refusal(f"what a {kind} needs goes round in a circle")
        found: Made | Refusal = Refusal(f"no operation makes a {kind}")
        for creator in self.creators(kind, under):
            found = self._create(creator, kind, who, depth, fresh=fresh)
            if isinstance(found, Made):
                self._standing.setdefault(place, found)
                return found
        if self._is_account(kind):
            return self._account(kind, who)
        found = self._shared_one(kind, who, found, depth)
        if isinstance(found, Refusal):
            self._failed[place] = found
        return found

    def _account(self, kind: str, who: Person) -> Made | Refusal:
        row = Change(who.row, None, who.known) if who.row else None
        return Made(kind, who.name, (who.known,), (row,) if row else ())

    def _create(
        self, creator: Operation, kind: str, who: Person, depth: int, *, fresh: bool
    ) -> Made | Refusal:
        done = self.perform(creator, who, fresh=fresh, depth=depth + 1)
        if isinstance(done, Refusal):
            return done
        exchange, found = done
        return self.made(kind, who, exchange, found)

    def made(self, kind: str, who: Person, exchange: Exchange, found: tuple[Change, ...]) -> Made:
        """Return the object that a request made, from its answer and the rows that are new."""
        created = [one for one in found if one.before is None]
        stem = kind.rpartition("_")[2]
        created.sort(key=lambda one: (noun(one.table) != kind, stem not in one.table))
        rows = [dict(one.after or {}) for one in created[:1]]
        body = exchange.call.body if isinstance(exchange.call.body, dict) else {}
        values = [exchange.answer.json, *rows, body]
        for key, value in walk(exchange.answer.json):
            if key in ("id", "uuid"):
                self.session.remember_id(value, who)
        return Made(
            kind,
            who.name,
            tuple(one for one in values if isinstance(one, dict)),
            tuple(created),
            exchange.call.path,
        )

    def _shared_one(self, kind: str, who: Person, failed: Made | Refusal, depth: int) -> Value:
        """Return an object that a privileged person makes, or one that a list already has."""
        helper = next((one for one in self.session.people.values() if one.privileged), None)
        if helper is not None and helper.name != who.name:
            found = self.make(kind, helper, depth=depth + 1)
            if isinstance(found, Made):
                return found
        for one in self._operations():
            if one.method == "GET" and not one.path_names and self.resource(one) == kind:
                exchange = self.session.send(Call(one), who)
                items = items_of(exchange.answer.json) if exchange.ok else None
                first = next((item for item in items or () if isinstance(item, dict)), None)
                if first:
                    return Made(kind, "", (first,))
        return failed

    # --- calling

    def perform(
        self, operation: Operation, who: Person, *, fresh: bool = False, full: bool = False,
        depth: int = 0, objects: Mapping[Slot, Made] | None = None,
    ) -> tuple[Exchange, tuple[Change, ...]] | Refusal:  # fmt: skip
        """Call an operation until it succeeds, mending the request by what refusals say."""
        if self.session.client.spent:
            return Refusal(self.session.client.spent)
        call = self.build(operation, who, fresh=fresh, full=full, depth=depth, objects=objects)
        if isinstance(call, Refusal):
            return call
        exchange, found = self.session.watched(call, who)
        tried = 0
        while not exchange.ok and tried < _ATTEMPTS and exchange.status in _MENDABLE:
            tried += 1
            better: Call | Refusal | None = None
            if exchange.status not in (409, 500):
                better = mended(call, exchange.answer, self.session.sampler, who.letter)
            if better is None:
                better = self._another(operation, who, tried, depth=depth, objects=objects)
            if better is None or isinstance(better, Refusal):
                break
            call = better
            exchange, found = self.session.watched(call, who)
        if exchange.ok:
            self.used.setdefault(operation.key, exchange)
            self._recipes.setdefault(operation.key, call)
            return exchange, found
        return Refusal(describe(exchange), exchange)

    def _another(
        self, operation: Operation, who: Person, tried: int, *, depth: int,
        objects: Mapping[Slot, Made] | None,
    ) -> Call | Refusal | None:  # fmt: skip
        """Build a call of another kind: with all fields, then with new objects."""
        if tried == 1:
            return self.build(operation, who, full=True, depth=depth, objects=objects)
        if tried == 2:
            return self.build(operation, who, renewed=True, depth=depth, objects=objects)
        return None

    def build(
        self, operation: Operation, who: Person, *, fresh: bool = False, renewed: bool = False,
        full: bool = False, depth: int = 0, objects: Mapping[Slot, Made] | None = None,
    ) -> Call | Refusal:  # fmt: skip
        """Build a call: the objects that it names are made first.

        Args:
            operation: What to call.
            who: The caller, whose the objects are.
            fresh: Whether the objects in its path must be new ones.
            renewed: Whether those in its body must be, too.
            full: Whether optional fields are given.
            depth: How many objects wait for this call.
            objects: Objects to name instead of the caller's own.
        """
        given = objects or {}
        slots = self.slots(operation)
        call = self._plain(operation, who, full=full)
        parents: dict[str, Any] = {}
        for slot in _inner_last(slots):
            if not self._needed(operation, slot, call, full=full) and slot not in given:
                continue
            one = given.get(slot) or self.make(
                slot.noun, who, fresh=renewed or (fresh and slot.place == "path"),
                under=operation, depth=depth,
            )  # fmt: skip
            if isinstance(one, Refusal):
                if slot.place != "path" and not self._required(operation, slot):
                    call = without(call, slot)
                    continue
                return Refusal(f"it needs a {slot.noun}: {one.why}", one.exchange)
            value = identifier(slot, one, operation)
            if value is None:
                return Refusal(f"no id of a {slot.noun} was found for {slot.name!r}")
            call = put(call, slot, value)
            if slot.place == "path" and slot not in given:
                parents |= {k: v for k, v in one.path.items() if k in operation.path_names}
        return self._with_parents(call, parents, given)

    def _with_parents(
        self, call: Call, parents: Mapping[str, Any], given: Mapping[Slot, Made]
    ) -> Call:
        """Let the parents in a path be those that the child was made under."""
        fixed = {slot.name for slot in given if slot.place == "path"}
        path = {k: parents.get(k, v) if k not in fixed else v for k, v in call.path.items()}
        return replace(call, path=path)

    def _required(self, operation: Operation, slot: Slot) -> bool:
        if slot.place == "body":
            return slot.name in (operation.body or {}).get("required", ())
        parameter = operation.parameter(slot.name, "query" if slot.place == "query" else "header")
        return bool(parameter and parameter.required)

    def _needed(self, operation: Operation, slot: Slot, call: Call, *, full: bool) -> bool:
        if slot.place == "path" or self._required(operation, slot):
            return True
        return slot.place == "body" and (full or slot.name in (call.body or {}))

    def _plain(self, operation: Operation, who: Person, *, full: bool) -> Call:
        """Build a call with values from the schemas alone."""
        sampler = self.session.sampler
        path = {
            one.name: sampler.value(one.schema, one.name, who.letter)
            for one in operation.parameters
            if one.location == "path"
        }
        for name, value in path.items():
            if isinstance(value, str):
                path[name] = who.known.get(name, value)
        wanted = [one for one in operation.parameters if one.required]
        query = {
            one.name: sampler.value(one.schema, one.name, who.letter)
            for one in wanted
            if one.location == "query"
        }
        headers = {
            one.name: str(sampler.value(one.schema, one.name, who.letter))
            for one in wanted
            if one.location == "header" and one.name.lower() != "authorization"
        }
        body = None
        if operation.body is not None:
            changing = operation.method == "PATCH" or _all_optional(operation)
            give = full or (changing and operation.method in ("PATCH", "PUT", "POST"))
            body = sampler.value(operation.body, "", who.letter, full=give)
            body = self._with_secrets(self._without_dangling(operation, body), who)
        return Call(operation, path, query, headers, body)

    def _without_dangling(self, operation: Operation, body: Value) -> Value:
        """Leave out optional references to what cannot be made."""
        if not isinstance(body, dict):
            return body
        required = (operation.body or {}).get("required", ())
        known = {slot.name for slot in self.slots(operation) if slot.place == "body"}
        return {
            name: value
            for name, value in body.items()
            if name in known or name in required or noun_of_reference(name) is None
        }

    def _with_secrets(self, body: Value, who: Person) -> Value:
        """Give the caller's own password and tokens where they are asked for."""
        if not isinstance(body, dict):
            return body
        for name in body:
            lower = name.lower()
            if "password" in lower and (
                "old" in lower or "current" in lower or lower == "password"
            ):
                body[name] = who.password
            elif "password" in lower and "new" in lower:
                body[name] = f"{who.password}9"
            elif "refresh" in lower and "token" in lower and who.refresh:
                body[name] = who.refresh
        return body

    def owners_in_answers(self, who: Person) -> dict[str, tuple[str, ...]]:
        """Return for each kind of object the keys under which an answer names its maker."""
        ids = set(who.ids())
        found: dict[str, tuple[str, ...]] = {}
        for (kind, name), one in self._standing.items():
            pairs = [pair for values in one.values for pair in walk(values)]
            keys = [key for key, value in pairs if says_owner(key) and str(value) in ids]
            if name == who.name and keys:
                found[kind] = tuple(dict.fromkeys(keys))
        return found

    def recipe(self, operation: Operation) -> Call | None:
        """Return a call of an operation that has succeeded."""
        return self._recipes.get(operation.key)


def _inner_last(slots: tuple[Slot, ...]) -> list[Slot]:
    """Return slots in the order to fill them: outside of the path, then the path from its end."""
    path = [one for one in slots if one.place == "path"]
    return [*(one for one in slots if one.place != "path"), *reversed(path)]


def _all_optional(operation: Operation) -> bool:
    """Tell whether a body may be empty: then a request that gives nothing proves nothing."""
    return not (operation.body or {}).get("required")


def identifier(slot: Slot, one: Made, operation: Operation) -> Value:
    """Return the value by which an object is named in a place."""
    name = slot.name
    if slot.many and name.lower().endswith("s"):
        name = name[:-1]
    schema = {}
    if slot.place == "path" and (parameter := operation.parameter(slot.name, "path")):
        schema = dict(parameter.schema)
    bare = name.lower().removeprefix(slot.noun).lstrip("_-") or "id"
    keys = [name] if bare not in ("id", "pk", "uuid") else []
    if bare not in ("id", "pk", "uuid"):
        keys.append(bare)
    keys += ["id", f"{slot.noun}_id", "uuid", "pk", f"{slot.noun}_uuid", name, "slug", "name"]
    for values in one.values:
        for key in keys:
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


def without(call: Call, slot: Slot) -> Call:
    """Return the call without a field of its body."""
    if slot.place != "body" or not isinstance(call.body, dict):
        return call
    return replace(call, body={k: v for k, v in call.body.items() if k != slot.name})


def describe(exchange: Exchange) -> str:
    """Return an answer in a few words."""
    text = " ".join(exchange.answer.text.split())
    return f"answers {exchange.status}" + (f" ({text[:120]})" if text else "")


def _shared(one: Operation, under: Operation) -> int:
    """Count the first parts that two paths have in common."""
    count = 0
    for mine, theirs in zip(one.segments, under.segments, strict=False):
        if mine != theirs and not (mine.startswith("{") and theirs.startswith("{")):
            break
        count += 1
    return count if count == len(one.segments) else 0
