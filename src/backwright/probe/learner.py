"""Learning to use an API: what makes what, and how to call each operation with success.

An operation is called with references: ids in its path, its query and its body. For each one the
learner makes an object first, by the operation that creates its kind, and so on down to the user.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backwright.probe.answers import items_of, walk
from backwright.probe.client import Call, Exchange
from backwright.probe.database import Change
from backwright.probe.inner import with_inner_objects
from backwright.probe.nouns import (
    noun,
    noun_of_reference,
)
from backwright.probe.objects import (
    Made,
    Refusal,
    Slot,
    describe,
    identifier,
    naming_itself,
    put,
    without,
)
from backwright.probe.operations import Operation
from backwright.probe.ownership import says_owner
from backwright.probe.people import Person
from backwright.probe.recognition import objects_in
from backwright.probe.references import References
from backwright.probe.relatives import join, may_be_joined
from backwright.probe.repair import may_be_mended, mended
from backwright.probe.retrying import another, other_token
from backwright.probe.schemas import Value
from backwright.probe.session import Session
from backwright.probe.stand_ins import stand_in

_ATTEMPTS = 5
_DEEPEST = 5


@dataclass
class Learner:
    """Builds calls that succeed, and makes the objects that they need.

    Attributes:
        session: The state of the probe.
        registration: The operation that makes users.
        used: Every operation that was called with success, and the exchange.
        objects: Everything that was made, by kind and maker.
        joined: Whether it helps an operation that the objects of its path are joined before.
    """

    session: Session
    registration: Operation | None = None
    used: dict[str, Exchange] = field(default_factory=dict)
    objects: dict[tuple[str, str], list[Made]] = field(default_factory=dict)
    joined: dict[str, bool] = field(default_factory=dict)
    _standing: dict[tuple[str, str], Made] = field(default_factory=dict)
    _failed: dict[tuple[str, str], Refusal] = field(default_factory=dict)
    _recipes: dict[str, Call] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what refers to what."""
        self.references = References(self.session, self.registration)

    def slots(self, operation: Operation) -> tuple[Slot, ...]:
        """Return the places of an operation that name objects."""
        return self.references.slots(operation)

    def path_slots(self, operation: Operation) -> tuple[Slot, ...]:
        """Return those of them in the path."""
        return tuple(one for one in self.slots(operation) if one.place == "path")

    def resource(self, operation: Operation) -> str:
        """Return what an operation is about."""
        return self.references.resource(operation)

    def creators(self, kind: str, under: Operation | None = None) -> tuple[Operation, ...]:
        """Return the operations that make objects of a kind."""
        return self.references.creators(kind, under)

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
        if self.references.is_account(kind) and not self.creators(kind):
            return self._account(kind, who)
        place = (kind, who.name)
        if not fresh and place in self._standing and self._stands(self._standing[place]):
            return self._standing[place]
        if place in self._failed:
            return self._failed[place]
        if depth > _DEEPEST:
            return Refusal(f"what a {kind} needs goes round in a circle")
        found: Made | Refusal = Refusal(f"no operation makes a {kind}")
        for creator in self.creators(kind, under):
            found = self._create(creator, kind, who, depth, fresh=fresh)
            if isinstance(found, Made):
                if place not in self._standing or not self._stands(self._standing[place]):
                    self._standing[place] = found
                return found
        if self.references.is_account(kind):
            return self._account(kind, who)
        found = self._shared_one(kind, who, found, depth, fresh=fresh)
        if isinstance(found, Refusal):
            self._failed[place] = found
        return found

    def _stands(self, one: Made) -> bool:
        """Tell whether an object is still there, as far as the database is seen."""
        oracle = self.session.oracle
        return oracle is None or one.key is None or one.key in oracle.rows()

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
            if key in ("id", "uuid", "uid"):
                self.session.remember_id(value, who)
        new = Made(
            kind,
            who.name,
            tuple(one for one in values if isinstance(one, dict)),
            tuple(created),
            exchange.call.path,
        )
        self.objects.setdefault((kind, who.name), []).append(new)
        return new

    def traces(self, exchange: Exchange, kind: str, of: Person, to: Person | None) -> set[str]:
        """Return what an answer tells somebody of another's data: marks and ids, else objects."""
        found = self.session.traces(exchange, of)
        if found or not exchange.ok:
            return found
        theirs = self.objects.get((kind, to.name), ()) if to else ()
        return objects_in(exchange.answer.json, self.objects.get((kind, of.name), ()), theirs)

    def _shared_one(
        self, kind: str, who: Person, failed: Made | Refusal, depth: int, *, fresh: bool
    ) -> Value:
        """Return an object that a privileged person makes, or one that a list already has."""
        ways = [self._by_helper, self._in_a_list]
        for way in ways if self.creators(kind) else reversed(ways):
            found = way(kind, who, depth, fresh=fresh)
            if found is not None:
                return found
        return self._in_the_database(kind, who) or failed

    def _in_the_database(self, kind: str, who: Person) -> Made | Refusal | None:
        """Return an object that was put into the database; None where there is no place for it."""
        place = (kind, who.name)
        found = stand_in(kind, who, self.session)
        if not isinstance(found, Made):
            return Refusal(found) if found else None
        self.objects.setdefault(place, []).append(found)
        if place not in self._standing or not self._stands(self._standing[place]):
            self._standing[place] = found
        return found

    def _by_helper(self, kind: str, who: Person, depth: int, *, fresh: bool) -> Made | None:
        """Return an object that a privileged person makes."""
        helper = next((one for one in self.session.people.values() if one.privileged), None)
        if helper is None or helper.name == who.name:
            return None
        found = self.make(kind, helper, fresh=fresh, depth=depth + 1)
        return found if isinstance(found, Made) else None

    def _in_a_list(self, kind: str, who: Person, _: int, *, fresh: bool) -> Made | None:  # noqa: ARG002
        """Return an object that a list already has."""
        for one in self.session.api.operations:
            if one.method == "GET" and not one.path_names and self.resource(one) == kind:
                exchange = self.session.send(Call(one), who)
                items = items_of(exchange.answer.json) if exchange.ok else None
                first = next((item for item in items or () if isinstance(item, dict)), None)
                if first:
                    return Made(kind, "", (first,))
        return None

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
        if exchange.status in (400, 401, 403, 422) and (more := other_token(operation, who)):
            call = replace(call, headers={**call.headers, **more})
            exchange, found = self.session.watched(call, who)
        if not objects:
            exchange, found = self._once_joined(exchange, found, who, depth)
        tried = 0
        while not exchange.ok and tried < _ATTEMPTS and may_be_mended(exchange):
            tried += 1
            better: Call | Refusal | None = None
            if exchange.status not in (409, 500):
                better = mended(call, exchange.answer, self.session.sampler, who.letter)
            if better is None:
                better = another(self, call, who, tried, depth=depth, objects=objects)
            if better is None or isinstance(better, Refusal):
                break
            call = better
            exchange, found = self.session.watched(call, who)
        if exchange.ok:
            self.used.setdefault(operation.key, exchange)
            self._recipes.setdefault(operation.key, call)
            return exchange, found
        return Refusal(describe(exchange), exchange)

    def _once_joined(
        self, exchange: Exchange, found: tuple[Change, ...], who: Person, depth: int
    ) -> tuple[Exchange, tuple[Change, ...]]:
        """Call again what was refused, with the objects of its path joined; from then on always."""
        call = exchange.call
        key = call.operation.key
        if key in self.joined or not may_be_joined(self, call, exchange.status):
            return exchange, found
        if join(self, call, who, depth=depth):
            exchange, found = self.session.watched(call, who)
        self.joined[key] = exchange.ok
        return exchange, found

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
        call = with_inner_objects(self, call, who, depth=depth)
        call = naming_itself(self._with_parents(call, parents, given), slots)
        if self.joined.get(operation.key) and not given:
            join(self, call, who, depth=depth)
        return call

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
            needed = set() if give else self._needed_besides(operation)
            body = sampler.value(operation.body, "", who.letter, full=give or bool(needed))
            if needed and isinstance(body, dict):
                named = needed.union((operation.body or {}).get("required", ()))
                body = {name: value for name, value in body.items() if name in named}
            body = self._with_secrets(self._without_dangling(operation, body), who)
        return Call(operation, path, query, headers, body)

    def _needed_besides(self, operation: Operation) -> set[str]:
        """Return what may be left out, as its document says, and was given where it first succeeded."""
        recipe = self._recipes.get(operation.key)
        given = recipe.body if recipe and isinstance(recipe.body, dict) else {}
        return {*given} - {*(operation.body or {}).get("required", ())}

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
