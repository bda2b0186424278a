"""Trials of operations that read: the owner asks, others ask the same, the owner asks again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from backwright.probe.answers import walk
from backwright.probe.client import Call, Exchange
from backwright.probe.closer import Closer, as_what_never_was
from backwright.probe.learner import Learner
from backwright.probe.objects import Made, Refusal, describe
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.probe.repair import marks_in
from backwright.probe.samples import narrows
from backwright.probe.schemas import Value
from backwright.probe.sights import Cast, Kind, Sight, reason_of, refused, some_of
from backwright.report.probe_types import Actor

_PAGE = re.compile(r"(?i)^(limit|size|page_?size|per_?page|count|take|first)$")
_SECRET = re.compile(
    r"(?i)(^|_)secrets?$|secret_?(key|token|code|answer|word|note|data|value)|passw|ssn|"
    r"social_security|salary|iban|card_?number|cvv|api_?key|confidential|pin$|private_?(key|note)"
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Tries the operations that read."""

    learner: Learner
    cast: Cast

    def trials(self, operation: Operation) -> Iterator[Sight]:
        """Yield what each actor sees at an operation."""
        session = self.learner.session
        owner = self.cast.owner
        noun = self.learner.resource(operation)
        self.learner.make(noun, owner, under=operation)
        done = self.learner.perform(operation, owner)
        if isinstance(done, Refusal):
            yield from self._ordinary_refused(operation, noun, done)
            return
        before = self._whole_page(done[0], owner)
        call = before.call
        kind: Kind = "reads" if self.learner.path_slots(operation) else "lists"
        if kind == "lists" and _is_empty(before) and self._filled(noun):
            before = session.send(call, owner)
            self.learner.used[operation.key] = before
        widened = kind == "lists" and _is_empty(before) and self._widened(noun)
        if widened:
            before = session.send(call, owner)
        seen = [
            self._sight(operation, call, before, actor, person, kind, noun)
            for actor, person in self.cast.actors()
        ]
        if widened:
            seen = [replace(one, detail={**one.detail, "widened": True}) for one in seen]
        after = session.send(call, owner)
        if not after.ok:
            seen = [_unproven(one, f"the owner's own call then {describe(after)}") for one in seen]
        closer = Closer(self.learner, self.cast)
        is_impersonal = bool(seen) and bool(seen[0].detail.get("impersonal")) and not call.path
        counted = [*closer.counts(operation, call, noun)] if is_impersonal else []
        seen = with_counts(seen, counted)
        yield Sight(operation, "owner", kind, True, "the owner's own calls succeed", noun)
        yield from seen
        if seen and seen[0].open is False and not counted:
            yield from closer.trials(operation, call, noun)
        yield from counted

    def _filled(self, noun: str) -> bool:
        """Let the owner have an object with all its fields: a list may show only some of them."""
        learner, owner = self.learner, self.cast.owner
        for creator in learner.creators(noun)[:1]:
            done = learner.perform(creator, owner, fresh=True, full=True)
            if not isinstance(done, Refusal):
                learner.made(noun, owner, *done)
                return True
        return False

    def _widened(self, noun: str) -> bool:
        """Let the owner have an object that everybody may see; False if there is no such thing."""
        sampler = self.learner.session.sampler
        sampler.widens = True
        try:
            made = self.learner.make(noun, self.cast.owner, fresh=True)
        finally:
            sampler.widens = False
        return isinstance(made, Made)

    def _ordinary_refused(self, operation: Operation, noun: str, done: Refusal) -> Iterator[Sight]:
        """Yield what is known where an ordinary user is refused: perhaps it is for others."""
        kind: Kind = "reads" if operation.path_names else "lists"
        privileged = self.cast.privileged
        status = done.exchange.status if done.exchange else 0
        if privileged is not None and status in (401, 403, 404):
            allowed = self.learner.perform(operation, privileged)
            if not isinstance(allowed, Refusal):
                why = f"an ordinary user is refused with {status}"
                yield Sight(operation, "privileged", kind, True, "administrators may", noun)
                yield Sight(operation, "other", kind, False, why, noun, detail={"admin": True})
                nobody = self.learner.session.send(allowed[0].call, None)
                yield _plain_sight(operation, "anonymous", kind, nobody, noun)
                return
        for actor, _ in (("owner", 0), *self.cast.actors()):
            yield Sight(operation, actor, kind, None, f"own call: {done.why}", noun)

    def _whole_page(self, done: Exchange, owner: Person) -> Exchange:
        """Ask for as many items as may be asked for, so that an item is not on another page."""
        call = done.call
        for one in call.operation.parameters:
            if one.location == "query" and _PAGE.match(one.name):
                most = one.schema.get("maximum") or 100
                wider = replace(call, query={**call.query, one.name: int(most)})
                page = self.learner.session.send(wider, owner)
                if page.ok:
                    return page
        return done

    def _sight(
        self, operation: Operation, call: Call, before: Exchange, actor: Actor,
        person: Person | None, kind: Kind, noun: str,
    ) -> Sight:  # fmt: skip
        """Let somebody ask what the owner asked."""
        session, owner = self.learner.session, self.cast.owner
        exchange = session.send(call, person)
        target = self.learner.path_slots(operation)[-1].noun if kind == "reads" else noun
        found = self.learner.traces(exchange, noun, owner, person)
        expected = "401, 403 or 404" if kind == "reads" else "nothing of another user's"

        def sight(*, opened: bool | None, why: str, **detail: Value) -> Sight:
            return Sight(
                operation, actor, kind, opened, why, noun, target, exchange, expected, detail
            )

        if found:
            return sight(
                opened=True, why=f"the answer has {some_of(found)} of the owner's",
                secret=_secret_key(exchange, found),
                summary=kind == "lists" and self._is_summary(exchange, found, noun),
            )  # fmt: skip
        said = refused(exchange)
        if said is None and person and as_what_never_was(self.learner, owner, exchange):
            return sight(opened=False, why=f"{reason_of(exchange)}, as for what never was")
        if said is None:
            return sight(opened=None, why=reason_of(exchange))
        if said:
            if exchange.status == 401 and person is not None and not self.is_alive(person):
                return sight(opened=None, why="the caller is not logged in any more")
            return sight(opened=False, why=f"refused with {exchange.status}")
        if not self.learner.traces(before, noun, owner, None):
            return self._without_traces(sight, before, exchange, kind)
        return sight(opened=False, why="the answer holds nothing of the owner's")

    def _is_summary(self, exchange: Exchange, found: set[str], noun: str) -> bool:
        """Tell whether a list shows everybody's objects, but not all that their owner sees of one.

        Where a field says who may see an object, nothing is shown of the others on purpose.
        """
        own = self.learner.objects.get((noun, self.cast.owner.name), [])
        texts = {
            mark for values in (own[0].values if own else ()) for mark in marks_in(str(values))
        }
        fields = (
            self.learner.session.api.schemas.properties(one.body or {})
            for one in self.learner.creators(noun)
        )
        narrowed = any(narrows(name, schema) for one in fields for name, schema in one.items())
        others = self.learner.session.traces(exchange, self.cast.other)
        return bool(texts - found) and bool(others) and not narrowed

    def _without_traces(
        self, sight: Value, before: Exchange, exchange: Exchange, kind: Kind
    ) -> Sight:
        """Judge an answer where not even the owner's own has anything to be known again by."""
        same = before.answer.text == exchange.answer.text
        if kind == "reads" and same and before.answer.text.strip() not in ("", "null", "{}", "[]"):
            return sight(opened=True, why="the answer is the same as the owner's")  # type: ignore[no-any-return]
        if (same and before.answer.json in ([], {})) or _is_empty(before):
            return sight(opened=None, why="the owner's own answer is empty")  # type: ignore[no-any-return]
        if same:
            return sight(opened=True, why="everybody gets the same answer", impersonal=True)  # type: ignore[no-any-return]
        return sight(opened=False, why="the answer is another one than the owner's")  # type: ignore[no-any-return]

    def is_alive(self, person: Person) -> bool:
        """Tell whether somebody is still logged in, by an operation that worked for the owner."""
        for exchange in self.learner.used.values():
            call = exchange.call
            if call.operation.method == "GET" and not call.operation.path_names:
                return self.learner.session.send(call, person).status != 401
        return True


def _unproven(sight: Sight, why: str) -> Sight:
    return sight if sight.open else replace(sight, open=None, why=why)


def with_counts(seen: Sequence[Sight], counted: Sequence[Sight]) -> list[Sight]:
    """Return what was seen where an answer counts: two who have as many rows get the same one.

    Args:
        seen: what others saw of it.
        counted: whether it changed for another user when the owner added something.
    """
    if not counted or counted[0].open is not False:
        return [*seen]
    mine = [one.actor == "other" and bool(one.detail.get("impersonal")) for one in seen]
    why = counted[0].why
    return [
        replace(one, open=False, why=why) if is_it else one
        for one, is_it in zip(seen, mine, strict=True)
    ]


def _plain_sight(
    operation: Operation, actor: Actor, kind: Kind, exchange: Exchange, noun: str
) -> Sight:
    said = refused(exchange)
    if said is None:
        return Sight(operation, actor, kind, None, reason_of(exchange), noun, exchange=exchange)
    why = f"refused with {exchange.status}" if said else f"answers {exchange.status}"
    return Sight(operation, actor, kind, not said, why, noun, noun, exchange, "401")


def _secret_key(exchange: Exchange, found: set[str]) -> str:
    """Return the key of a value that nobody else should see, whatever the policy; else nothing."""
    return next(
        (
            key
            for key, value in walk(exchange.answer.json)
            if _SECRET.search(key) and isinstance(value, str) and marks_in(value) & found
        ),
        "",
    )


def _is_empty(exchange: Exchange) -> bool:
    """Tell whether an answer lists nothing."""
    value = exchange.answer.json
    lists = (
        [one for one in value.values() if isinstance(one, list)] if isinstance(value, dict) else []
    )
    return (
        value == []
        or exchange.answer.text.strip() in ("", "null")
        or (bool(lists) and not any(lists))
    )
