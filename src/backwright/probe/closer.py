"""A closer look at what seems closed: what filters, counts, parents and refusals tell another user."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from backwright.probe.client import Call, Exchange
from backwright.probe.database import texts_of
from backwright.probe.learner import Learner
from backwright.probe.objects import Made, Refusal, Slot, identifier, put
from backwright.probe.operations import Operation, Parameter
from backwright.probe.people import Person
from backwright.probe.repair import marks_in
from backwright.probe.schemas import Value
from backwright.probe.sights import Cast, Sight, refused, some_of

_PAGING = re.compile(r"(?i)^(limit|size|page.*|per_?page|skip|offset|cursor|after|before|take|first|"
                     r"count|last)$")  # fmt: skip
_WIDENS = re.compile(r"(?i)all|deleted|archived|everyone|include|global|scope|visib|public|mine")
_SORTS = re.compile(r"(?i)sort|order|direction")
_MOST_WORDS, _MOST_NAMES = 3, 6


@dataclass(frozen=True, slots=True)
class Closer:
    """Looks closer at an operation that another user was refused at, or saw nothing of."""

    learner: Learner
    cast: Cast

    def trials(self, operation: Operation, call: Call, noun: str) -> Iterator[Sight]:
        """Yield what filters, counts, mixed parents and refusals tell another user."""
        if not call.path:
            yield from self.counts(operation, call, noun)
        yield from self._searches(operation, call, noun)
        yield from self._mixed(operation, noun)
        yield from self._finds_out(operation, call, noun)

    def counts(self, operation: Operation, call: Call, noun: str) -> Iterator[Sight]:
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
                found = self.learner.traces(exchange, noun, owner, other)
                if found and session.send(asked, owner).ok:
                    yield Sight(
                        operation, "other", "searches", True,
                        f"with {parameter.name}={value!r} the answer has {some_of(found)}",
                        noun, noun, exchange, "nothing of another user's",
                    )  # fmt: skip
                    break

    def _words(self, operation: Operation, parameter: Parameter, noun: str) -> Iterator[Any]:
        """Yield values for a parameter of the query that may match the owner's rows."""
        schema = parameter.schema
        for slot in self.learner.slots(operation):
            if slot.name == parameter.name and slot.place in ("query", "header"):
                one = self.learner.make(slot.noun, self.cast.owner)
                value = identifier(slot, one, operation) if isinstance(one, Made) else None
                if value is not None:
                    yield value
                return
        if schema.get("enum"):
            yield from list(schema["enum"])[:6]
        elif schema.get("type") == "boolean":
            yield from (True, False) if _WIDENS.search(parameter.name) else (True,)
        elif _SORTS.search(parameter.name):
            yield from self._names(noun)
        else:
            yield from self._values(parameter, noun)

    def _values(self, parameter: Parameter, noun: str) -> Iterator[Any]:
        """Yield the value that the owner's object has under a parameter's name, and such as it."""
        one = self.learner.make(noun, self.cast.owner)
        own = one.get(parameter.name) if isinstance(one, Made) else None
        if own is not None:
            yield own
        if _is_free_text(parameter):
            yield from self._texts(noun)
            yield from ("all", "%") if _WIDENS.search(parameter.name) else ("%",)
        elif parameter.schema.get("type") in ("integer", "number") and own is None:
            yield 1_000_000 if re.search(r"(?i)max|until|to$|below", parameter.name) else 0

    def _names(self, noun: str) -> list[str]:
        """Return names of simple fields, to sort by."""
        one = self.learner.make(noun, self.cast.owner)
        values = one.values[0] if isinstance(one, Made) and one.values else {}
        return [k for k, v in values.items() if not isinstance(v, dict | list)][:_MOST_NAMES]

    def _texts(self, noun: str) -> list[str]:
        """Return words that stand in the owner's object."""
        one = self.learner.make(noun, self.cast.owner)
        if not isinstance(one, Made):
            return []
        texts = [text for values in one.values for text in texts_of(values) if marks_in(text)]
        return list(dict.fromkeys(texts))[:_MOST_WORDS]

    def _mixed(self, operation: Operation, noun: str) -> Iterator[Sight]:
        """Yield whether an object answers under a parent that is not its own."""
        slots = self.learner.path_slots(operation)
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
            found = self.learner.traces(exchange, noun, owner, other)
            if refused(exchange) is None:
                continue
            where = "its own" if slot == slots[0] else "another"
            why = f"under {where} parent the answer has {some_of(found)}" if found else "refused"
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
        if self.learner.references.is_account(slots[-2].noun):
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
        slots = self.learner.path_slots(operation)
        if slots:
            theirs = self.learner.session.send(call, self.cast.other)
            yield from finds_out(self.learner, self.cast.other, theirs, slots[-1], noun)


def finds_out(
    learner: Learner, other: Person, theirs: Exchange, slot: Slot, noun: str
) -> Iterator[Sight]:
    """Yield whether somebody else's object is refused in other words than one that never was.

    Args:
        learner: Knows how to call the operations.
        other: Who was refused.
        theirs: The refusal at somebody else's object.
        slot: The place that names it.
        noun: What the operation is about.
    """
    session, call = learner.session, theirs.call
    nowhere = put(call, slot, _nobody(call.path.get(slot.name)))
    missing = session.send(nowhere, other)
    if not refused(theirs) or not refused(missing):
        return
    told = _words_of(theirs, call.path.get(slot.name)) != _words_of(
        missing, nowhere.path.get(slot.name)
    )
    why = f"somebody else's answers {theirs.status}, what never was {missing.status}"
    yield Sight(
        call.operation, "other", "finds-out", told, why, noun, slot.noun, theirs,
        f"{missing.status}, as for what never was",
    )  # fmt: skip


def as_what_never_was(learner: Learner, owner: Person, theirs: Exchange) -> bool:
    """Tell whether an error of the server is what an object that never was is answered by, too.

    A handler that does nothing about a row that it does not find fails: then one that is kept from
    somebody fails in the same words, and even its owner is told no more of one that is not there.

    Args:
        learner: Knows how to call the operations.
        owner: Whose the object is.
        theirs: What somebody else was answered.
    """
    slots, call = learner.path_slots(theirs.call.operation), theirs.call
    if theirs.status < 500 or not slots:
        return False
    slot = slots[-1]
    nowhere = put(call, slot, _nobody(call.path.get(slot.name)))
    missing = learner.session.send(nowhere, owner)
    return _words_of(missing, nowhere.path.get(slot.name)) == _words_of(
        theirs, call.path.get(slot.name)
    )


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
    return free and not _SORTS.search(parameter.name)


def _with(call: Call, parameter: Parameter, value: Value) -> Call:
    if parameter.location == "header":
        return replace(call, headers={**call.headers, parameter.name: str(value)})
    many = parameter.schema.get("type") == "array" and not isinstance(value, list)
    return replace(call, query={**call.query, parameter.name: [value] if many else value})
