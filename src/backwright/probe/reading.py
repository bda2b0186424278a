"""Trials of operations that read: the owner asks, others ask the same, the owner asks again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from backwright.probe.answers import walk
from backwright.probe.client import Call, Exchange
from backwright.probe.database import texts_of
from backwright.probe.learner import Learner
from backwright.probe.nouns import is_user
from backwright.probe.objects import Made, Refusal, Slot, describe, identifier, put
from backwright.probe.operations import Operation, Parameter
from backwright.probe.people import Person
from backwright.probe.repair import marks_in
from backwright.probe.schemas import Value
from backwright.probe.sights import Cast, Kind, Sight, reason_of, refused
from backwright.report.probe_types import Actor

_PAGE = re.compile(r"(?i)^(limit|size|page_?size|per_?page|count|take|first)$")
_PAGING = re.compile(r"(?i)^(limit|size|page.*|per_?page|skip|offset|cursor|after|before|take|first|"
                     r"count|last)$")  # fmt: skip
_WIDENS = re.compile(r"(?i)all|deleted|archived|everyone|include|global|scope|visib|public|mine")
_MOST_WORDS = 3
_SECRET = re.compile(r"(?i)secret|passw|ssn|social_security|salary|iban|card_?number|cvv|api_?key|"
                     r"confidential|pin$|private_?(key|note)")  # fmt: skip


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
        call = self._whole_page(done[0].call, owner)
        before = session.send(call, owner)
        kind: Kind = "reads" if self._path_slots(operation) else "lists"
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
        yield Sight(operation, "owner", kind, True, "the owner's own calls succeed", noun)
        yield from seen
        if seen and seen[0].open is False:
            yield from self._closer_look(operation, call, noun)

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

    def _whole_page(self, call: Call, owner: Person) -> Call:
        """Ask for as many items as may be asked for, so that an item is not on another page."""
        for one in call.operation.parameters:
            if one.location == "query" and _PAGE.match(one.name):
                most = one.schema.get("maximum") or 100
                wider = replace(call, query={**call.query, one.name: int(most)})
                if self.learner.session.send(wider, owner).ok:
                    return wider
        return call

    def _path_slots(self, operation: Operation) -> tuple[Slot, ...]:
        return tuple(one for one in self.learner.slots(operation) if one.place == "path")

    def _sight(
        self, operation: Operation, call: Call, before: Exchange, actor: Actor,
        person: Person | None, kind: Kind, noun: str,
    ) -> Sight:  # fmt: skip
        """Let somebody ask what the owner asked."""
        session, owner = self.learner.session, self.cast.owner
        exchange = session.send(call, person)
        target = self._path_slots(operation)[-1].noun if kind == "reads" else noun
        found = session.traces(exchange, owner)
        expected = "401, 403 or 404" if kind == "reads" else "nothing of another user's"

        def sight(*, opened: bool | None, why: str, **detail: Value) -> Sight:
            return Sight(
                operation, actor, kind, opened, why, noun, target, exchange, expected, detail
            )

        if found:
            secret = _secret_key(exchange, found)
            return sight(
                opened=True, why=f"the answer has {_some(found)} of the owner's", secret=secret
            )
        said = refused(exchange)
        if said is None:
            return sight(opened=None, why=reason_of(exchange))
        if said:
            if exchange.status == 401 and person is not None and not self.is_alive(person):
                return sight(opened=None, why="the caller is not logged in any more")
            return sight(opened=False, why=f"refused with {exchange.status}")
        if not session.traces(before, owner):
            return self._without_traces(sight, before, exchange, kind)
        return sight(opened=False, why="the answer holds nothing of the owner's")

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

    # --- a closer look at what seems closed

    def _closer_look(self, operation: Operation, call: Call, noun: str) -> Iterator[Sight]:
        """Yield what filters, counts, mixed parents and refusals tell another user."""
        if not call.path:
            yield from self._counts(operation, call, noun)
        yield from self._searches(operation, call, noun)
        yield from self._mixed(operation, noun)
        yield from self._finds_out(operation, call, noun)

    def _counts(self, operation: Operation, call: Call, noun: str) -> Iterator[Sight]:
        """Yield whether an answer changes for another user when the owner adds something."""
        session, owner, other = self.learner.session, self.cast.owner, self.cast.other
        first, second = session.send(call, other), session.send(call, other)
        if not first.ok or first.answer.text != second.answer.text:
            return
        mine = session.send(call, owner)
        if isinstance(self.learner.make(noun, owner, fresh=True), Refusal):
            return
        third = session.send(call, other)
        changed = session.send(call, owner).answer.text != mine.answer.text
        if third.ok and changed:
            opened = third.answer.text != first.answer.text
            why = "the answer changes when another user adds something"
            expected = "the same answer as before"
            yield Sight(
                operation, "other", "counts", opened, why if opened else "it counts only one's own",
                noun, noun, third, expected,
            )  # fmt: skip

    def _searches(self, operation: Operation, call: Call, noun: str) -> Iterator[Sight]:
        """Yield whether a parameter of the query brings another user's rows to light."""
        session, owner, other = self.learner.session, self.cast.owner, self.cast.other
        for parameter in operation.parameters:
            if parameter.location not in ("query", "header") or _PAGING.match(parameter.name):
                continue
            for value in self._words(operation, parameter, noun):
                asked = _with(call, parameter, value)
                exchange = session.send(asked, other)
                found = session.traces(exchange, owner)
                if found and session.send(asked, owner).ok:
                    yield Sight(
                        operation, "other", "searches", True,
                        f"with {parameter.name}={value!r} the answer has {_some(found)}",
                        noun, noun, exchange, "nothing of another user's",
                    )  # fmt: skip
                    break

    def _words(self, operation: Operation, parameter: Parameter, noun: str) -> Iterator[Any]:
        """Yield values for a parameter of the query that may match the owner's rows."""
        owner = self.cast.owner
        schema = parameter.schema
        for slot in self.learner.slots(operation):
            if slot.name == parameter.name and slot.place in ("query", "header"):
                one = self.learner.make(slot.noun, owner)
                value = identifier(slot, one, operation) if isinstance(one, Made) else None
                if value is not None:
                    yield value
                return
        if schema.get("enum"):
            yield from list(schema["enum"])[:6]
        elif schema.get("type") == "boolean":
            yield from (True, False) if _WIDENS.search(parameter.name) else (True,)
        elif _is_free_text(parameter):
            yield from self._texts(noun)
            yield from ("all", "%") if _WIDENS.search(parameter.name) else ("%",)

    def _texts(self, noun: str) -> list[str]:
        """Return words that stand in the owner's object."""
        one = self.learner.make(noun, self.cast.owner)
        if not isinstance(one, Made):
            return []
        texts = [text for values in one.values for text in texts_of(values) if marks_in(text)]
        return list(dict.fromkeys(texts))[:_MOST_WORDS]

    def _mixed(self, operation: Operation, noun: str) -> Iterator[Sight]:
        """Yield whether an object answers under a parent that is not its own."""
        slots = self._path_slots(operation)
        if len(slots) < 2:
            return
        session, owner, other = self.learner.session, self.cast.owner, self.cast.other
        for slot in slots:
            one = self.learner.make(slot.noun, owner, under=operation)
            if isinstance(one, Refusal):
                continue
            call = self.learner.build(operation, other, objects={slot: one})
            if isinstance(call, Refusal):
                continue
            exchange = session.send(call, other)
            found = session.traces(exchange, owner)
            if refused(exchange) is None:
                continue
            where = "its own" if slot == slots[0] else "another"
            why = f"under {where} parent the answer has {_some(found)}" if found else "refused"
            yield Sight(
                operation, "other", "mismatches-parent", bool(found), why, noun, slot.noun,
                exchange, "404",
            )  # fmt: skip
        yield from self._own_mismatch(operation, slots, noun)

    def _own_mismatch(
        self, operation: Operation, slots: tuple[Slot, ...], noun: str
    ) -> Iterator[Sight]:
        """Yield whether one's own object answers under another parent of one's own."""
        session, owner = self.learner.session, self.cast.owner
        if is_user(slots[-2].noun):
            return
        child = self.learner.make(slots[-1].noun, owner, under=operation)
        parent = self.learner.make(slots[-2].noun, owner, fresh=True, under=operation)
        if isinstance(child, Refusal) or isinstance(parent, Refusal):
            return
        if slots[-2].name not in child.path:
            return
        call = self.learner.build(operation, owner)
        value = identifier(slots[-2], parent, operation)
        if isinstance(call, Refusal) or value is None:
            return
        exchange = session.send(put(call, slots[-2], value), owner)
        if refused(exchange) is None:
            return
        why = f"the child answers under a parent that it does not belong to: {exchange.status}"
        yield Sight(
            operation, "owner", "mismatches-parent", exchange.ok,
            why if exchange.ok else "refused", noun, slots[-1].noun, exchange, "404",
        )  # fmt: skip

    def _finds_out(self, operation: Operation, call: Call, noun: str) -> Iterator[Sight]:
        """Yield whether a refusal tells what is there from what is not."""
        slots = self._path_slots(operation)
        if slots:
            yield from finds_out(self.learner, self.cast.other, operation, call, slots[-1], noun)


def finds_out(
    learner: Learner, other: Person, operation: Operation, call: Call, slot: Slot, noun: str
) -> Iterator[Sight]:
    """Yield whether somebody else's object is refused in other words than one that never was."""
    session = learner.session
    theirs = session.send(call, other)
    nowhere = put(call, slot, _nobody(call.path.get(slot.name)))
    missing = session.send(nowhere, other)
    if not refused(theirs) or not refused(missing):
        return
    told = _words_of(theirs, call.path.get(slot.name)) != _words_of(
        missing, nowhere.path.get(slot.name)
    )
    why = f"somebody else's answers {theirs.status}, what never was {missing.status}"
    yield Sight(
        operation, "other", "finds-out", told, why, noun, slot.noun, theirs,
        f"{missing.status}, as for what never was",
    )  # fmt: skip


def _words_of(exchange: Exchange, value: Value) -> tuple[int, str]:
    text = exchange.answer.text.replace(str(value), "ID")
    return exchange.status, re.sub(
        r'"(request_id|trace_id|timestamp|instance)":\s*"[^"]*"', "", text
    )


def _nobody(value: Value) -> Value:
    """Return an id of the same form that nothing has."""
    if isinstance(value, int):
        return 2_000_000_011
    text = str(value)
    if re.fullmatch(r"[0-9a-fA-F-]{36}", text):
        return "0f0e0d0c-0b0a-4908-8706-050403020100"
    return "2000000011" if text.isdigit() else "qzz99999x"


def _is_free_text(parameter: Parameter) -> bool:
    """Tell whether a parameter of the query may be any words, such as those to search for."""
    schema = parameter.schema
    free = schema.get("type") in ("string", None) and not schema.get("format")
    return free and not re.search(r"(?i)sort|order|direction", parameter.name)


def _with(call: Call, parameter: Parameter, value: Value) -> Call:
    if parameter.location == "header":
        return replace(call, headers={**call.headers, parameter.name: str(value)})
    many = parameter.schema.get("type") == "array" and not isinstance(value, list)
    return replace(call, query={**call.query, parameter.name: [value] if many else value})


def _unproven(sight: Sight, why: str) -> Sight:
    return sight if sight.open else replace(sight, open=None, why=why)


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


def _some(found: set[str]) -> str:
    first = sorted(found)[0]
    return repr(first) + (f" and {len(found) - 1} more" if len(found) > 1 else "")
