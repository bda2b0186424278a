"""Trials with what a caller should not be able to say: other owners, foreign links, roles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backwright.probe.accounts import Accounts
from backwright.probe.client import Call
from backwright.probe.database import Change
from backwright.probe.learner import Learner
from backwright.probe.nouns import is_user
from backwright.probe.objects import Made, Refusal, Slot
from backwright.probe.operations import Operation
from backwright.probe.ownership import owner_columns
from backwright.probe.people import Person
from backwright.probe.repair import marks_in
from backwright.probe.schemas import Value
from backwright.probe.sights import Cast, Kind, Sight, refused

_ROLE = re.compile(r"(?i)^(is_?)?(super_?user|admin|administrator|staff|super_?admin)$|"
                   r"^(user_?)?roles?(_id)?$")  # fmt: skip
_LESSER = (
    "admin",
    "administrator",
    "staff",
    "manager",
    "moderator",
    "employee",
    "editor",
    "support",
)


@dataclass(frozen=True, slots=True)
class Forger:
    """Tries to write what belongs to others, or what only administrators may."""

    learner: Learner
    cast: Cast
    accounts: Accounts

    def trials(self, operation: Operation) -> Iterator[Sight]:
        """Yield what came of each forgery; none where the caller's own call does not succeed."""
        if self.learner.session.oracle is None or operation.key not in self.learner.used:
            return
        if operation.body is None and not operation.path_names:
            return
        noun = self.learner.resource(operation)
        yield from self._links(operation, noun)
        if isinstance(operation.body, Mapping):
            yield from self._owners(operation, noun)
            yield from self._in_anothers_name(operation, noun)

    # --- links to foreign objects

    def _links(self, operation: Operation, noun: str) -> Iterator[Sight]:
        """Yield whether a new or changed row may refer to somebody else's."""
        learner = self.learner
        for slot in learner.slots(operation):
            if learner.references.is_account(slot.noun) or slot.place == "header":
                continue
            if slot.place == "path" and not self._links_in_path(operation, slot):
                continue
            theirs = learner.make(slot.noun, self.cast.owner, fresh=True, under=operation)
            if isinstance(theirs, Refusal) or theirs.key is None or theirs.maker == "":
                continue
            if theirs.maker != self.cast.owner.name:
                continue
            yield from self._link(operation, noun, slot, theirs)

    def _links_in_path(self, operation: Operation, slot: Slot) -> bool:
        """Tell whether a path names two objects to link: `/tasks/{id}/tags/{tag_id}`."""
        slots = [one for one in self.learner.slots(operation) if one.place == "path"]
        linking = operation.method in ("POST", "PUT") and operation.path.rstrip("/").endswith("}")
        return linking and len(slots) > 1 and slot in slots

    def _link(self, operation: Operation, noun: str, slot: Slot, theirs: Made) -> Iterator[Sight]:
        learner, other = self.learner, self.cast.other
        call = learner.build(operation, other, fresh=True, objects={slot: theirs})
        if isinstance(call, Refusal):
            return
        exchange, found = learner.session.watched(call, other)
        if refused(exchange) is None:
            return
        linked = [one for one in found if _refers(one, theirs, learner)]
        why = f"{linked[0].table} now refers to another user's {slot.noun}" if linked else "refused"
        yield Sight(
            operation, "other", "links", bool(linked), why, noun, slot.noun, exchange,
            "404 or 422, and no row", {"place": slot.name},
        )  # fmt: skip

    # --- owners

    def _owners(self, operation: Operation, noun: str) -> Iterator[Sight]:
        """Yield whether the body says whose a row is."""
        own = self.learner.perform(operation, self.cast.other, fresh=True)
        if isinstance(own, Refusal):
            return
        created = [one for one in own[1] if one.before is None]
        changed = [one for one in own[1] if one.before is not None and one.after is not None]
        if operation.method == "POST" and created:
            yield from self._forge(operation, noun, created[0], "forges-owner", self.cast.owner)
        elif operation.method in ("PUT", "PATCH") and changed and operation.path_names:
            yield from self._forge(operation, noun, changed[0], "gives-away", self.cast.owner)

    def _in_anothers_name(self, operation: Operation, noun: str) -> Iterator[Sight]:
        """Yield whether a body that says whose account is meant may name another user's."""
        learner, owner, other = self.learner, self.cast.owner, self.cast.other
        fields = learner.session.api.schemas.properties(operation.body or {})
        if operation.path_names or not {"id", "username", "email", "user_id"} & set(fields):
            return
        own = learner.perform(operation, other)
        if isinstance(own, Refusal) or any(one.before is None for one in own[1]):
            return
        given = own[0].call.body if isinstance(own[0].call.body, dict) else {}
        named = {k for k, v in given.items() if v and str(v) in other.ids() and k in owner.known}
        more = learner.build(operation, other, full=True)
        values = more.body if isinstance(more, Call) and isinstance(more.body, dict) else {}
        if not named:
            return
        body = {**given, **values, **{k: owner.known[k] for k in named}}
        exchange, found = learner.session.watched(replace(own[0].call, body=body), other)
        if refused(exchange) is None:
            return
        mine = [one for one in learner.session.foreign(found, other) if one.key == owner.row]
        why = "refused, or only the caller's own account changed"
        if mine:
            why = f"{mine[0].table}.{', '.join(mine[0].columns()[:3])} of another user changed"
        yield Sight(
            operation, "other", "changes", bool(mine), why, noun, noun, exchange,
            "the account is the caller's", {"write": bool(mine)},
        )  # fmt: skip

    def _forge(
        self, operation: Operation, noun: str, row: Change, kind: Kind, victim: Person
    ) -> Iterator[Sight]:
        """Send an owner along, under the column's name and the field's, and look at the row."""
        oracle, other = self.learner.session.oracle, self.cast.other
        if oracle is None:
            return
        table = oracle.tables[row.table]
        columns = owner_columns(table, row.after or {}, other)
        if not columns or (other.row is not None and other.row[0] == row.table):
            return
        extra = dict(self._claims(operation, columns, table.references, other, victim))
        call = self.learner.build(operation, other, fresh=True)
        if isinstance(call, Refusal) or not isinstance(call.body, dict):
            return
        exchange, found = self.learner.session.watched(
            replace(call, body={**call.body, **extra}), other
        )
        if refused(exchange) is None:
            return
        forged = [
            one
            for one in found
            if one.table == row.table
            and one.after is not None
            and set(owner_columns(table, one.after, victim)) & set(columns)
            and not owner_columns(table, one.after, other)
        ]
        names = ", ".join(columns)
        why = f"{row.table}.{names} is now another user" if forged else "the owner stays the caller"
        yield Sight(
            operation, "other", kind, bool(forged), why, noun, noun, exchange,
            "the owner is whoever calls", {"place": names},
        )  # fmt: skip

    def _claims(
        self, operation: Operation, columns: tuple[str, ...], references: Mapping[str, Any],
        other: Person, victim: Person,
    ) -> Iterator[tuple[str, Any]]:  # fmt: skip
        """Yield fields that may say whose a row is, with the victim's identifier in each."""
        fields = self.learner.session.api.schemas.properties(operation.body or {})
        for name in columns:
            column = references[name][1] if name in references else None
            value = victim.known.get(column or "id", victim.known.get("id"))
            yield name, value
            yield _camel(name), value
        mine = {str(one) for one in other.ids()}
        for name in fields:
            if is_user(name.lower().removesuffix("_id").removesuffix("id")) or name in mine:
                yield name, victim.known.get("id")

    # --- roles

    def roles(self, operation: Operation) -> Iterator[Sight]:
        """Yield whether somebody can make themselves an administrator through an operation."""
        oracle = self.learner.session.oracle
        columns = self._role_columns()
        if oracle is None or not columns or not operation.writes or operation.body is None:
            return
        if operation is self.accounts.register:
            yield from self._role_at_registration(operation, columns)
            return
        person = self.accounts.make(f"climber-{len(self.learner.session.people)}")
        if person is None or person.row is None:
            return
        own = self.learner.perform(operation, person)
        if isinstance(own, Refusal):
            return
        call = own[0].call
        for claimed in (columns, *self._lesser_roles(person.row[0], columns)):
            body = {**(call.body if isinstance(call.body, dict) else {}), **claimed}
            exchange, _ = self.learner.session.watched(replace(call, body=body), person)
            sight = self._role_sight(operation, exchange, oracle.rows().get(person.row), claimed)
            yield sight
            if sight.open:
                return

    def _lesser_roles(self, table: str, columns: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield other privileged roles that a column may hold, where the highest one is refused."""
        oracle = self.learner.session.oracle
        for name, value in columns.items():
            labels = oracle.labels(table, name) if oracle and isinstance(value, str) else ()
            for label in labels:
                if label != value and label.lower() in _LESSER:
                    yield {name: label}

    def _role_columns(self) -> dict[str, Any]:
        """Return the columns of accounts that give privileges, with the value that does."""
        if self.accounts.promoted:
            return dict(self.accounts.promoted)
        return {}

    def _role_at_registration(
        self, operation: Operation, columns: Mapping[str, Any]
    ) -> Iterator[Sight]:
        oracle, session = self.learner.session.oracle, self.learner.session
        known = next((one for one in session.people.values() if one.row), None)
        recipe = next(
            (one for one in session.client.sent if one.call.operation is operation and one.ok), None
        )
        if oracle is None or known is None or known.row is None or recipe is None:
            return
        body = renewed(recipe.call.body, session.sampler.mark("y").text)
        exchange, found = session.watched(replace(recipe.call, body={**body, **columns}), None)
        rows = [one.after for one in found if one.before is None and one.table == known.row[0]]
        if refused(exchange) is None:
            return
        yield self._role_sight(operation, exchange, rows[0] if rows else None, columns)

    def _role_sight(
        self, operation: Operation, exchange: Value, row: Mapping[str, Any] | None,
        columns: Mapping[str, Any],
    ) -> Sight:  # fmt: skip
        given = [name for name, value in columns.items() if row and row.get(name) == value]
        why = f"{', '.join(given)} was taken from the body" if given else "roles stay as they were"
        return Sight(
            operation, "other", "assigns-role", bool(given), why, "user", "user", exchange,
            "roles are not the caller's to set",
        )  # fmt: skip


def renewed(body: Value, word: str) -> dict[str, Any]:
    """Return a registration's body for somebody else: every mark in it replaced."""

    def replaced(value: Value) -> Value:
        if isinstance(value, dict):
            return {k: replaced(v) for k, v in value.items()}
        if isinstance(value, str):
            for mark in marks_in(value):
                value = re.sub(mark, word, value, flags=re.IGNORECASE)
        return value

    done = replaced(body)
    return done if isinstance(done, dict) else {}


def _refers(change: Change, theirs: Made, learner: Learner) -> bool:
    """Tell whether a new or changed row refers to a row of somebody else's."""
    oracle = learner.session.oracle
    if oracle is None or change.after is None or theirs.key is None:
        return False
    target = theirs.rows[0].after or {}
    table = oracle.tables[change.table]
    changed = change.columns()
    for name, (other, column) in table.references.items():
        value = change.after.get(name) if other == theirs.key[0] and name in changed else None
        if value is not None and str(value) == str(target.get(column)):
            return True
    key = oracle.tables[theirs.key[0]].primary_key
    ids = {str(target[name]) for name in key if len(str(target.get(name, ""))) >= 16}
    return any(
        str(change.after.get(name)) in ids for name in changed if name not in table.references
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
