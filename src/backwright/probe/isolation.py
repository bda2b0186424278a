"""User isolation: all trials, in an order in which none spoils another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backwright.probe.accounts import Accounts
from backwright.probe.client import Call, Exchange
from backwright.probe.climbing import Climber
from backwright.probe.forging import Forger
from backwright.probe.judge import Judge, Judged
from backwright.probe.learner import Learner
from backwright.probe.nouns import noun_of_parameter
from backwright.probe.objects import Made, Refusal, Slot, describe
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.probe.purposes import Purpose, is_about_caller
from backwright.probe.reading import Reader
from backwright.probe.samples import PASSWORD
from backwright.probe.sights import Cast, Kind, Sight, reason_of, refused
from backwright.probe.writing import Writer
from backwright.report.probe_types import Actor, CellKind

_OTHER_PASSWORD = "Qz7!cormorant-Quay"  # noqa: S105 - tried on users made for it


@dataclass
class Isolation:
    """Runs the trials of one API.

    Attributes:
        learner: Knows how to call the operations.
        accounts: Makes users for what ends an account.
        cast: Whose objects are tried, and by whom.
        purposes: What each operation is for, by key.
        declared: What the user says of operations, by key.
    """

    learner: Learner
    accounts: Accounts
    cast: Cast
    purposes: dict[str, Purpose]
    declared: dict[str, CellKind] = field(default_factory=dict)
    _spare: Person | None = None

    def run(self) -> tuple[Judged, ...]:
        """Make all trials and judge them."""
        sights = tuple(self._trials())
        seen = self.learner.session.oracle is not None
        judge = Judge(sights, self._owned(sights), self.declared, self._parents(), seen)
        return tuple(judge.judge(one) for one in sights)

    def _trials(self) -> Iterator[Sight]:
        plain = self._of("plain")
        self._stock(plain)
        reader, writer = Reader(self.learner, self.cast), Writer(self.learner, self.cast)
        forger = Forger(self.learner, self.cast, self.accounts)
        for operation in plain:
            if not operation.writes:
                yield from self._bounded(operation, reader.trials(operation))
        written = [one for one in plain if one.writes]
        written.sort(key=lambda one: ("POST", "PUT", "PATCH", "DELETE").index(one.method))
        about_accounts = []
        for operation in written:
            sights = list(self._bounded(operation, writer.trials(operation)))
            yield from sights
            if self._is_about_accounts(operation, sights):
                about_accounts.append(operation)
        for operation in written:
            yield from self._bounded(operation, forger.trials(operation))
        climber = Climber(self.learner, self.cast, self.accounts)
        roles = forger.roles if self.learner.session.oracle else climber.trials
        for operation in [*about_accounts, *filter(None, [self.accounts.register])]:
            yield from self._bounded(operation, roles(operation))
        for operation in self._of("account"):
            yield from self._bounded(operation, self._account_trials(operation))
        for operation in self._of("entry"):
            yield from self._entry(operation)

    def _of(self, purpose: Purpose) -> list[Operation]:
        operations = self.learner.session.api.operations
        return [one for one in operations if self.purposes.get(one.key) == purpose]

    def _bounded(self, operation: Operation, sights: Iterator[Sight]) -> Iterator[Sight]:
        """Yield sights while there is time; else say that there was none."""
        if self.learner.session.client.spent:
            why = self.learner.session.client.spent
            yield Sight(operation, "other", "calls", None, why)
            return
        yield from sights

    def _is_about_accounts(self, operation: Operation, sights: list[Sight]) -> bool:
        """Tell whether an operation changes accounts: it did, or its path speaks of them."""
        table = self.cast.owner.row[0] if self.cast.owner.row else "?"
        touched = any(table in one.detail.get("tables", ()) for one in sights)
        spoken = is_about_caller(operation) or self._is_account(self.learner.resource(operation))
        return touched or (spoken and operation.method in ("PUT", "PATCH"))

    def _stock(self, operations: list[Operation]) -> None:
        """Let both users have an object of every kind, so that there is something to touch."""
        for person in (self.cast.owner, self.cast.other):
            for operation in operations:
                if operation.method == "POST" and not self.learner.session.client.spent:
                    self.learner.make(self.learner.resource(operation), person)

    # --- what ends an account or a session

    def _account_trials(self, operation: Operation) -> Iterator[Sight]:
        """Yield what others can do at an operation that changes or ends the caller's account."""
        slots = [
            one
            for one in operation.path_names
            if self._is_account(noun_of_parameter(operation, one))
        ]
        if not operation.writes:
            yield from Reader(self.learner, self.cast).trials(operation)
            return
        person = self._somebody()
        if person is None:
            yield Sight(operation, "owner", "calls", None, "no user could be made to try it with")
            return
        own = self.learner.perform(operation, person)
        noun = "user" if slots else self.learner.resource(operation)
        if isinstance(own, Refusal):
            yield from self._admins_only(operation, own, noun, slots)
            return
        yield Sight(operation, "owner", "calls", True, "the owner's own call succeeds", noun)
        self._spare = None if operation.method == "DELETE" or _ends(own[0].call) else person
        if not slots and not operation.path_names:
            yield from self._about_caller(operation, own[0].call, noun)
            return
        if not slots:
            for actor, attacker in (("other", self.cast.other), ("anonymous", None)):
                yield self._on_object(operation, actor, attacker, noun)  # type: ignore[arg-type]
            return
        for actor, attacker in (("other", self.cast.other), ("anonymous", None)):
            yield self._on_account(operation, actor, attacker, noun)  # type: ignore[arg-type]

    def _about_caller(self, operation: Operation, call: Call, noun: str) -> Iterator[Sight]:
        """Yield what an operation without an object does to others, and for nobody."""
        exchange, _ = self.learner.session.watched(call, None)
        said = refused(exchange)
        why = f"answers {exchange.status} to nobody"
        yield Sight(operation, "other", "calls", False, "it concerns only the caller", noun)
        yield Sight(
            operation, "anonymous", "calls", None if said is None else not said,
            reason_of(exchange) if said is None else why, noun, noun, exchange, "401",
        )  # fmt: skip

    def _on_object(
        self, operation: Operation, actor: Actor, attacker: Person | None, noun: str
    ) -> Sight:
        """Let somebody call it on an object of a user made for it, such as a session."""
        victim = self._somebody()
        if victim is None:
            return Sight(operation, actor, "removes", None, "no user could be made", noun)
        call = self.learner.build(operation, victim, fresh=True)
        if isinstance(call, Refusal):
            return Sight(operation, actor, "removes", None, call.why, noun)
        exchange, found = self.learner.session.watched(call, attacker)
        kind: Kind = "removes" if operation.method == "DELETE" else "changes"
        foreign = self.learner.session.foreign(found, attacker)
        said = refused(exchange)
        if foreign:
            why = f"a row of {foreign[0].table} of another user was touched"
            return Sight(
                operation, actor, kind, True, why, noun, noun, exchange,
                "401, 403 or 404, and no change", {"write": True},
            )  # fmt: skip
        if said is None:
            return Sight(operation, actor, kind, None, reason_of(exchange), noun)
        opened = not said and self.learner.session.oracle is None
        return Sight(operation, actor, kind, opened, describe(exchange), noun, noun, exchange)

    def _admins_only(
        self, operation: Operation, own: Refusal, noun: str, slots: list[str]
    ) -> Iterator[Sight]:
        """Yield what is known of an operation that the owner of an account may not call."""
        status = own.exchange.status if own.exchange else 0
        privileged = self.cast.privileged
        if privileged is None or status not in (401, 403) or not slots:
            for actor in ("owner", "other", "anonymous"):
                yield Sight(operation, actor, "calls", None, f"own call: {own.why}", noun)
            return
        for actor, attacker in (("other", self.cast.other), ("anonymous", None)):
            yield self._on_account(operation, actor, attacker, noun)  # type: ignore[arg-type]
        yield self._on_account(operation, "privileged", privileged, noun)

    def _on_account(
        self, operation: Operation, actor: Actor, attacker: Person | None, noun: str
    ) -> Sight:
        """Let somebody call an operation on the account of a user made for it."""
        victim = self._somebody()
        if victim is None:
            return Sight(operation, actor, "removes", None, "no user could be made", noun)
        slot = Slot("path", operation.path_names[-1], "user")
        target = Made("user", victim.name, (victim.known,))
        call = self.learner.build(operation, attacker or victim, objects={slot: target})
        if isinstance(call, Refusal):
            return Sight(operation, actor, "removes", None, call.why, noun)
        call = _with_another_password(call)
        exchange, found = self.learner.session.watched(call, attacker)
        kind: Kind = "removes" if operation.method == "DELETE" else "changes"
        mine = [one for one in found if one.key == victim.row]
        if mine:
            self._spare = None
            what = "was deleted" if mine[0].after is None else "was changed"
            return Sight(
                operation, actor, kind, True, f"another user's account {what}", noun, noun,
                exchange, "401, 403 or 404, and no change", {"write": True},
            )  # fmt: skip
        said = refused(exchange)
        if said is None:
            return Sight(operation, actor, kind, None, reason_of(exchange), noun)
        if said:
            return Sight(operation, actor, kind, False, describe(exchange), noun)
        if self.learner.session.oracle is not None:
            return Sight(operation, actor, kind, False, describe(exchange), noun, noun, exchange)
        return self._by_login(operation, actor, kind, victim, noun, exchange)

    def _by_login(
        self, operation: Operation, actor: Actor, kind: Kind, victim: Person, noun: str,
        exchange: Exchange,
    ) -> Sight:  # fmt: skip
        """Tell without a database whether an account was changed: its owner logs in, or not."""
        intact = bool(victim.login) and self.accounts.log_in(victim, victim.known)
        self._spare = victim if intact else None
        does = "logs in as before" if intact else "cannot log in any more"
        why = f"{describe(exchange)}; the account's owner {does}"
        return Sight(
            operation, actor, kind, not intact, why, noun, noun, exchange,
            "401, 403 or 404, and no change", {"write": not intact},
        )  # fmt: skip

    def _somebody(self) -> Person | None:
        """Return a user to try things with that end accounts: a spare one, else a new one."""
        if self._spare is not None:
            self._spare = self.accounts.alive(self._spare)
            return self._spare
        self._spare = self.accounts.make(f"guest-{len(self.learner.session.people)}")
        return self._spare

    def _entry(self, operation: Operation) -> Iterator[Sight]:
        """Yield that an operation is a way in, and so for everybody."""
        for actor in ("owner", "other", "anonymous"):
            yield Sight(operation, actor, "calls", False, "a way in: it names no object")

    # --- facts for the judge

    def _is_account(self, noun: str) -> bool:
        return self.learner.references.is_account(noun)

    def _owned(self, sights: tuple[Sight, ...]) -> dict[str, tuple[str, ...]]:
        """Return the columns by which objects of each kind belong to somebody."""
        found: dict[str, tuple[str, ...]] = {}
        for one in sights:
            if one.actor == "owner" and one.detail.get("columns"):
                found[one.noun] = tuple(
                    dict.fromkeys([*found.get(one.noun, ()), *one.detail["columns"]])
                )
            if self._is_account(one.noun):
                found.setdefault(one.noun, ("id",))
        if self.learner.session.oracle is None:
            found |= self.learner.owners_in_answers(self.cast.owner)
        return found

    def _parents(self) -> dict[str, frozenset[str]]:
        """Return what objects of each kind lie under: in their path, and in required fields."""
        found: dict[str, set[str]] = {}
        for operation in self.learner.session.api.operations:
            noun = self.learner.resource(operation)
            required = (operation.body or {}).get("required", ())
            for slot in self.learner.slots(operation):
                under = slot.place == "path" or (slot.place == "body" and slot.name in required)
                if under and slot.noun != noun and not self._is_account(slot.noun):
                    found.setdefault(noun, set()).add(slot.noun)
        return {noun: frozenset(parents) for noun, parents in found.items()}


def _with_another_password(call: Call) -> Call:
    """Return a call that sets a password as nobody has it, so that a change can be told."""
    if not isinstance(call.body, dict):
        return call
    body = {
        k: _OTHER_PASSWORD if v == PASSWORD and not re.search(r"(?i)old|current", k) else v
        for k, v in call.body.items()
    }
    return replace(call, body=body)


def _ends(call: Call) -> bool:
    """Tell whether a call may have ended the session or changed what one logs in with."""
    return "password" in call.operation.path or "delete" in call.operation.path
