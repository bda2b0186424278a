"""Trials of operations that write: the database is compared before and after every foreign call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backwright.probe.aftermath import Aftermath, did
from backwright.probe.client import Call, Exchange
from backwright.probe.closer import as_what_never_was, finds_out
from backwright.probe.database import Change
from backwright.probe.doors import password_fields
from backwright.probe.learner import Learner
from backwright.probe.objects import Refusal, describe
from backwright.probe.operations import Operation
from backwright.probe.ownership import owner_columns
from backwright.probe.people import Person
from backwright.probe.readback import ReadBack
from backwright.probe.relatives import given_children
from backwright.probe.schemas import Value
from backwright.probe.sights import Cast, Kind, Sight, reason_of, refused
from backwright.report.probe_types import Actor

Actors = Sequence[tuple[Actor, Person | None]]


@dataclass(frozen=True, slots=True)
class Writer:
    """Tries the operations that write."""

    learner: Learner
    cast: Cast

    def trials(self, operation: Operation) -> Iterator[Sight]:
        """Yield what each actor could do at an operation."""
        owner = self.cast.owner
        noun = self.learner.resource(operation)
        done = self.learner.perform(operation, owner, fresh=True)
        if isinstance(done, Refusal):
            yield from self._ordinary_refused(operation, noun, done)
            return
        kind = self._kind(operation)
        detail = {
            "columns": self._columns(done[1], owner),
            "tables": _tables(done[1]),
            "registers": bool(password_fields(self.learner.session.api, operation)),
        }
        yield Sight(
            operation, "owner", kind, True, "the owner's own calls succeed", noun, detail=detail
        )
        yield from Aftermath(self.learner, owner).touches_others(operation, noun, done)
        if operation.method == "DELETE":
            yield from Aftermath(self.learner, owner).sees_deleted(operation, noun, done)
        ordinary, privileged = self.cast.actors()[:2], self.cast.actors()[2:]
        for actors in (ordinary, privileged):
            yield from self._attempts(operation, kind, noun, actors, detail)
        yield from self._under_own_parent(operation, noun, detail)
        if kind == "removes":
            yield from self._with_children(operation, noun, detail)
        if kind == "bulk":
            yield from self._mixed_with_own(operation, noun, detail)

    def _kind(self, operation: Operation) -> Kind:
        named = any(one.place == "path" for one in self.learner.slots(operation))
        if not named:
            listed = any(one.place == "body" and one.many for one in self.learner.slots(operation))
            creator = self.learner.creators(self.learner.resource(operation))[:1]
            bulk = listed and creator != (operation,)
            makes = operation.method == "POST" or creator == (operation,)
            return "bulk" if bulk else "creates" if makes else "calls"
        if operation.method == "DELETE":
            return "removes"
        if operation.method in ("PUT", "PATCH"):
            return "changes"
        return "creates-under"

    def _columns(self, found: tuple[Change, ...], owner: Person) -> tuple[str, ...]:
        """Return by which columns the rows that a call made or changed refer to its caller."""
        oracle = self.learner.session.oracle
        if oracle is None:
            return ()
        return tuple(
            dict.fromkeys(
                name
                for one in found
                for name in owner_columns(
                    oracle.tables[one.table], one.after or one.before or {}, owner
                )
            )
        )

    def _ordinary_refused(self, operation: Operation, noun: str, done: Refusal) -> Iterator[Sight]:
        """Yield what is known where an ordinary user's own call fails."""
        kind = self._kind(operation)
        privileged = self.cast.privileged
        status = done.exchange.status if done.exchange else 0
        if privileged is not None and status in (401, 403, 404):
            allowed = self.learner.perform(operation, privileged, fresh=True)
            if not isinstance(allowed, Refusal):
                why = f"an ordinary user is refused with {status}"
                detail = {"admin": True, "tables": _tables(allowed[1])}
                yield Sight(operation, "privileged", kind, True, "administrators may", noun)
                yield Sight(operation, "owner", kind, False, why, noun, detail=detail)
                for actor, person in self.cast.actors()[:2]:
                    yield self._refused_like(
                        operation, kind, noun, actor, person, privileged, detail
                    )
                return
            done = Refusal(f"{done.why}; an administrator's: {allowed.why}", done.exchange)
        for actor in ("owner", *(one for one, _ in self.cast.actors())):
            yield Sight(operation, actor, kind, None, f"own call: {done.why}", noun)

    def _refused_like(
        self, operation: Operation, kind: Kind, noun: str, actor: Actor, person: Person | None,
        privileged: Person, detail: Mapping[str, Any],
    ) -> Sight:  # fmt: skip
        """Let somebody ordinary try on a new object what an administrator may."""
        call = self.learner.build(operation, privileged, fresh=True)
        if isinstance(call, Refusal):
            return Sight(operation, actor, kind, None, call.why, noun, detail=detail)
        exchange, found = self.learner.session.watched(call, person)
        foreign = self.learner.session.foreign(found, person)
        return self._outcome(operation, kind, noun, actor, person, exchange, found, foreign, detail)

    # --- one attempt

    def _attempts(
        self, operation: Operation, kind: Kind, noun: str, actors: Actors, detail: Mapping[str, Any]
    ) -> Iterator[Sight]:
        """Let several call an operation on a new object of the owner's, who then calls it, too.

        Who is let in spoils the object, so that those refused before are tried again on another.
        """
        waiting: list[tuple[Actor, Person | None, Sight]] = []
        mine: Call | None = None
        for actor, person in actors:
            prepared = self._calls(operation, person, mine)
            if isinstance(prepared, Refusal):
                yield Sight(operation, actor, kind, None, prepared.why, noun, detail=detail)
                continue
            sight = self._attempt(operation, kind, noun, actor, person, prepared, detail)
            if sight.open is False and prepared[0] is not None:
                mine = prepared[0]
                waiting.append((actor, person, sight))
                continue
            yield sight
            if sight.open is not False and waiting:
                again = [(one, who) for one, who, _ in waiting]
                waiting, mine = [], None
                for one in again:
                    yield from self._attempts(operation, kind, noun, (one,), detail)
        yield from self._proved([sight for _, _, sight in waiting], mine)

    def _proved(self, refusals: list[Sight], own: Call | None) -> Iterator[Sight]:
        """Yield refusals that the owner's own call proves to be no general failure."""
        learner, owner, other = self.learner, self.cast.owner, self.cast.other
        for one in refusals:
            slots = learner.path_slots(one.operation)
            if own and one.actor == "other" and slots and one.exchange:
                yield from finds_out(learner, other, one.exchange, slots[-1], one.noun)
        again = learner.session.watched(own, owner)[0] if refusals and own else None
        for one in refusals:
            if again is None or again.ok:
                yield one
            else:
                why = f"the owner's own call then {describe(again)}"
                yield replace(one, open=None, why=why)

    def _attempt(
        self, operation: Operation, kind: Kind, noun: str, actor: Actor, person: Person | None,
        prepared: tuple[Call | None, Call], detail: Mapping[str, Any],
    ) -> Sight:  # fmt: skip
        """Let somebody call an operation on an object of the owner's."""
        session, owner = self.learner.session, self.cast.owner
        own, theirs = prepared
        back = (
            ReadBack(self.learner, owner, operation, theirs) if own and not session.oracle else None
        )
        exchange, found = session.watched(theirs, person)
        foreign = session.foreign(found, person)
        sight = self._outcome(
            operation, kind, noun, actor, person, exchange, found, foreign, detail
        )
        if back and sight.open and not sight.detail.get("told"):
            return back.judged(sight)
        return sight

    def _under_own_parent(
        self, operation: Operation, noun: str, detail: Mapping[str, Any]
    ) -> Iterator[Sight]:
        """Yield whether the other reaches the owner's object under a parent of their own."""
        session, other = self.learner.session, self.cast.other
        slots = [one for one in self.learner.slots(operation) if one.place == "path"]
        if len(slots) < 2 or not operation.path.rstrip("/").endswith("}"):
            return
        theirs = self.learner.make(slots[-1].noun, self.cast.owner, fresh=True, under=operation)
        if isinstance(theirs, Refusal):
            return
        call = self.learner.build(operation, other, objects={slots[-1]: theirs})
        if isinstance(call, Refusal):
            return
        exchange, found = session.watched(call, other)
        if refused(exchange) is None:
            return
        foreign = session.foreign(found, other)
        why = f"under a parent of one's own, {did(foreign[0])} of the owner's" if foreign else ""
        yield Sight(
            operation, "other", "mismatches-parent", bool(foreign), why or "refused", noun, noun,
            exchange, "404, and no change", {**detail, "write": bool(foreign)},
        )  # fmt: skip

    def _with_children(
        self, operation: Operation, noun: str, detail: Mapping[str, Any]
    ) -> Iterator[Sight]:
        """Yield whether the other removes what lies below an object of the owner's.

        A refusal that comes after the children are gone is none.
        """
        session, other = self.learner.session, self.cast.other
        call = self.learner.build(operation, self.cast.owner, fresh=True)
        if session.oracle is None or isinstance(call, Refusal):
            return
        if not given_children(self.learner, call, self.cast.owner):
            return
        exchange, found = session.watched(call, other)
        foreign = session.foreign(found, other)
        sight = self._outcome(
            operation, "removes", noun, "other", other, exchange, found, foreign, detail
        )
        if sight.open is not None:  # that it is refused without children was proved before
            yield sight

    def _mixed_with_own(
        self, operation: Operation, noun: str, detail: Mapping[str, Any]
    ) -> Iterator[Sight]:
        """Yield what becomes of the owner's objects in one list with the other's own."""
        session, other = self.learner.session, self.cast.other
        prepared = self._calls(operation, other)
        own = self.learner.build(operation, other, renewed=True)
        if isinstance(prepared, Refusal) or isinstance(own, Refusal):
            return
        body = dict(prepared[1].body)
        for name, value in body.items():
            if isinstance(value, list) and isinstance(own.body, dict):
                body[name] = [*own.body.get(name, ()), *value]
        back = None if session.oracle else ReadBack(
            self.learner, self.cast.owner, operation, prepared[1]
        )  # fmt: skip
        exchange, found = session.watched(replace(prepared[1], body=body), other)
        foreign = session.foreign(found, other)
        sight = self._outcome(
            operation, "bulk", noun, "other", other, exchange, found, foreign, detail
        )
        yield back.judged(sight) if back and sight.open else sight

    def _calls(
        self, operation: Operation, person: Person | None, mine: Call | Refusal | None = None
    ) -> tuple[Call | None, Call] | Refusal:
        """Return the owner's call on a new object, and the same as somebody else would write it.

        Where no object is named, there is only the other's own call. An owner's call that is
        given is taken instead of one on a new object.
        """
        learner, owner = self.learner, self.cast.owner
        caller = person or owner  # nobody has values of their own to send
        named = [one for one in learner.slots(operation) if one.place == "path"]
        many = [one for one in learner.slots(operation) if one.place == "body" and one.many]
        if not named and self._kind(operation) != "bulk":
            own = learner.build(operation, caller, renewed=bool(learner.slots(operation)))
            return own if isinstance(own, Refusal) else (None, own)
        mine = mine or learner.build(operation, owner, fresh=True, renewed=not named)
        if isinstance(mine, Refusal):
            return mine
        if person is None:
            return mine, mine
        theirs = learner.build(operation, caller) if not named else self._rewritten(mine, caller)
        if isinstance(theirs, Refusal):
            return theirs
        if not named:
            fields = {one.name: mine.body[one.name] for one in many if one.name in mine.body}
            return mine, replace(theirs, body={**(theirs.body or {}), **fields})
        return mine, replace(theirs, path=mine.path)

    def _rewritten(self, mine: Call, caller: Person) -> Call | Refusal:
        """Return a call with the caller's own values in its body; the owner's where it has none."""
        if mine.body is None:
            return mine
        learner = self.learner
        recipe = learner.recipe(mine.operation)
        theirs = learner.build(mine.operation, caller, full=recipe is not None)
        if isinstance(theirs, Refusal) or not isinstance(theirs.body, dict):
            return mine
        names = set((recipe or mine).body or theirs.body)
        body = {k: v for k, v in theirs.body.items() if k in names}
        return replace(mine, body=body or theirs.body)

    def _outcome(
        self, operation: Operation, kind: Kind, noun: str, actor: Actor, person: Person | None,
        exchange: Exchange, found: tuple[Change, ...], foreign: tuple[Change, ...],
        detail: Mapping[str, Any],
    ) -> Sight:  # fmt: skip
        """Tell from the database, else from the answer, whether an attempt came through."""
        session, owner = self.learner.session, self.cast.owner
        expected = "401, 403 or 404, and no change"

        def sight(opened: bool | None, why: str, **more: Value) -> Sight:  # noqa: FBT001
            return Sight(
                operation, actor, kind, opened, why, noun, noun, exchange, expected,
                {**detail, **more},
            )  # fmt: skip

        if foreign:
            what = ", ".join(dict.fromkeys(did(one) for one in foreign))
            early = "" if exchange.ok else f", though it was refused with {exchange.status}"
            return sight(True, f"{what} of the owner's{early}", write=True)
        said = refused(exchange)
        if said is None and session.oracle and person not in (None, owner):
            alike = as_what_never_was(self.learner, owner, exchange)
            why = f"{reason_of(exchange)}, as for what never was" if alike else reason_of(exchange)
            return sight(False if alike else None, why)
        if said is None:
            return sight(None, reason_of(exchange))
        traces = session.traces(exchange, owner)
        if traces and person is not owner:
            return sight(True, f"the answer has {sorted(traces)[0]!r} of the owner's", told=True)
        if said:
            return sight(False, f"refused with {exchange.status}")
        return self._came_through(sight, kind, person, exchange, found)

    def _came_through(
        self, sight: Value, kind: Kind, person: Person | None, exchange: Exchange,
        found: tuple[Change, ...],
    ) -> Sight:  # fmt: skip
        """Judge an attempt that was answered with success and changed no row of the owner's."""
        session = self.learner.session
        if person is None:
            return sight(True, f"answers {exchange.status} to nobody", made=bool(found))  # type: ignore[no-any-return]
        if kind in ("creates", "calls"):
            return sight(False, "it made or changed only the caller's own rows")  # type: ignore[no-any-return]
        if session.oracle is None:
            return sight(True, f"answers {exchange.status} on the owner's object")  # type: ignore[no-any-return]
        if kind == "creates-under" and any(one.before is None for one in found):
            return sight(True, "it added a row to the owner's object", under=True)  # type: ignore[no-any-return]
        return sight(False, f"answers {exchange.status}, but no row of the owner's changed")  # type: ignore[no-any-return]


def _tables(found: tuple[Change, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.table for one in found))
