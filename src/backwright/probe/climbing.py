"""Making oneself an administrator where no database is seen: what answers then say, and what opens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backwright.probe.accounts import Accounts
from backwright.probe.answers import walk
from backwright.probe.client import Call, Exchange
from backwright.probe.forging import renewed
from backwright.probe.learner import Learner
from backwright.probe.objects import Refusal
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.probe.samples import PASSWORD
from backwright.probe.schemas import Value
from backwright.probe.sights import Cast, Sight, refused

_POWER = re.compile(
    r"(?i)^(is_?)?(super_?user|admin|administrator|staff|super_?admin)$|^(user_?)?role(_?name)?$"
)
_USUAL: Mapping[str, Any] = {"is_admin": True, "admin": True, "is_superuser": True, "role": "admin"}


@dataclass(frozen=True, slots=True)
class Climber:
    """Sends along what would make the caller privileged."""

    learner: Learner
    cast: Cast
    accounts: Accounts

    def trials(self, operation: Operation) -> Iterator[Sight]:
        """Yield whether somebody became privileged; nothing where nothing would show it."""
        before = self._shown_of(self.cast.owner)
        closed = self._closed()
        if not before and not closed:
            return
        claims = self._claims(before)
        done = self._climb(operation, claims)
        if done is None or refused(done[1]) is None:
            return
        person, exchange = done
        shown = self._shown_of(person)
        given = [
            k for k, v in claims.items() if k in before and shown.get(k) == v and before[k] != v
        ]
        opened = next((one for one in closed if self._opens(one, person)), None)
        why = "roles stay as they were"
        if given:
            why = f"{', '.join(given)} was taken from the body"
        elif opened is not None:
            why = f"{opened.operation.key}, which refuses others, then answers"
        yield Sight(
            operation, "other", "assigns-role", bool(given or opened), why, "user", "user", exchange,
            "roles are not the caller's to set",
        )  # fmt: skip

    def _climb(
        self, operation: Operation, claims: Mapping[str, Any]
    ) -> tuple[Person, Exchange] | None:
        """Return somebody who has claimed privileges, and the request in which they did."""
        if operation is self.accounts.register:
            return self._registered(operation, claims)
        person = self.accounts.make(f"climber-{len(self.learner.session.people)}")
        own = self.learner.perform(operation, person) if person else None
        if person is None or own is None or isinstance(own, Refusal):
            return None
        call = own[0].call
        body = {**(call.body if isinstance(call.body, dict) else {}), **claims}
        return person, self.learner.session.send(replace(call, body=body), person)

    def _registered(
        self, operation: Operation, claims: Mapping[str, Any]
    ) -> tuple[Person, Exchange] | None:
        session = self.learner.session
        sent = (one for one in session.client.sent if one.call.operation is operation and one.ok)
        recipe = next(sent, None)
        if recipe is None:
            return None
        person = Person("climber", self.accounts.next_letter(), password=PASSWORD)
        body = renewed(recipe.call.body, session.sampler.mark(person.letter).text)
        exchange = session.send(replace(recipe.call, body={**body, **claims}), None)
        if exchange.ok:
            self.accounts.log_in(person, body)
            person.known |= {k: v for k, v in body.items() if isinstance(v, str) and v != PASSWORD}
        return person, exchange

    def _claims(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what to send along: fields that answers or the document have, else the usual ones."""
        named = {
            key: "admin" if _is_word(key, schema) else True
            for key, schema in walk(self.learner.session.api.document)
            if _POWER.match(str(key)) and isinstance(schema, Mapping)
        }
        shown = {
            k: "admin" if isinstance(v, str) else 1 if type(v) is int else True
            for k, v in before.items()
        }
        return {**named, **shown} or dict(_USUAL)

    def _shown_of(self, person: Person) -> dict[str, Any]:
        """Return what lists and `/me` say of somebody's privileges."""
        names = {str(v) for k, v in person.known.items() if k in ("email", "username", "name")}
        found: dict[str, Any] = {}
        for call in self._readers():
            exchange = self.learner.session.send(call, person)
            for one in _objects(exchange.answer.json if exchange.ok else None):
                if names & {str(value) for value in one.values()}:
                    found |= {k: v for k, v in one.items() if _POWER.match(k)}
        return found

    def _readers(self) -> list[Call]:
        """Return calls that list or show accounts."""
        used = self.learner.used.values()
        return [
            one.call
            for one in used
            if one.call.operation.method == "GET" and not one.call.path
            and any(_POWER.match(key) for key, _ in walk(one.answer.json))
        ]  # fmt: skip

    def _closed(self) -> list[Call]:
        """Return calls that read, and that the owner was forbidden."""
        sent = self.learner.session.client.sent
        mine = [one for one in sent if one.who == self.cast.owner.identity]
        return [
            one.call
            for one in mine
            if one.status == 403 and one.call.operation.method == "GET"
            and one.call.operation.key not in self.learner.used
        ][:3]  # fmt: skip

    def _opens(self, call: Call, person: Person) -> bool:
        return self.learner.session.send(call, person).ok


def _is_word(key: str, schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" or bool(schema.get("enum")) or "role" in key.lower()


def _objects(value: Value) -> Iterator[Mapping[str, Any]]:
    """Yield every object in an answer."""
    if isinstance(value, dict):
        yield value
    for one in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _objects(one)
