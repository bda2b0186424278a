"""Giving a resource what a statement says of its fields."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.compose import CHANGES
from backwright.agent.planner.drafts import snake
from backwright.agent.planner.fieldlist import read_list
from backwright.agent.planner.frames.opening import body_of, give_fields, open_resource
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.state import Entity
from backwright.agent.planner.whole.heads import Head
from backwright.agent.planner.whole.pending import announce_pending, join_whole
from backwright.agent.planner.whole.told import Reading
from backwright.agent.planner.whole.typed import DOTTED


def place_prefix(text: str, reading: Reading) -> None:
    """Place what stands before a resource: how it is wished for, unless it says more."""
    if not re.search(r"[A-Za-z]{2}", text):
        return
    if re.search(r"(?i)\b(?:not|never|except|unless|instead|without)\b|\d", text) or describes(
        text, ("type", "length")
    ):
        reading.state.unclear.append(text.strip())
    elif re.search(r"\w+\W+\w+\W+\w+", text):
        reading.state.aside.append(text.strip(" ,:–"))


def open_head(head: Head, body: str, clause: Clause, reading: Reading) -> None:
    """Begin a resource with its fields, or give them to one that is known."""
    state = reading.state
    if reading.title and head.noun[0].islower() and known_as(reading.title, head.noun):
        head = Head(reading.title, head.start, head.body, head.is_sure)
    known = state.find(head.noun)
    reading.title = ""
    announce_pending(reading)
    if known is not None and known.thing:
        give(known, body, clause, reading)
        return
    if known is None and (short := state.find_short(head.noun)):
        head = Head(short, head.start, head.body)
    state.described.append(body)
    open_resource(head.noun, f" {body}", clause, state, sure=head.is_sure, named=reading.named)
    settle(state.current)


def known_as(title: str, noun: str) -> bool:
    """Tell whether a noun is the last word of what was announced: `gift vouchers`, then `a voucher has …`."""
    return " " in title.strip() and pascal(title.split()[-1]) == pascal(noun)


def give(entity: Entity, body: str, clause: Clause, reading: Reading) -> None:
    """Give a resource what a statement says of fields."""
    state = reading.state
    body, named = body_of(body), reading.named
    fields = read_list(body, state.forms(), entity.drafts, named=named)
    join_whole(fields, len(entity.drafts))
    if named & {d.name for d in fields.drafts}:
        fresh = fields.drafts[len(entity.drafts) :]
        dropped = [
            d
            for d in fresh
            if (set(d.said) <= {"type", "weak"} and (not d.said or d.said.get("weak")))
            and not d.literal
            and d.name not in named
        ]
        state.aside += [d.words for d in dropped]
        fields.drafts = [d for d in fields.drafts if d not in dropped]
    hosts = {snake(form) for form in entity.forms} if entity.thing else set()
    if (not fields.drafts and not fields.whole) or any(d.name in hosts for d in fields.drafts):
        state.unclear.append(clause.raw)
        return
    state.described += [
        body,
        *([clause.text] if entity.thing and CHANGES.match(clause.text) else []),
    ]
    give_fields(entity, fields, clause, state)
    settle(entity)


def settle(entity: Entity | None) -> None:
    """Take the same reference once, where it was said twice: `attachments for notes: note_id …`."""
    if entity is None:
        return
    named = {
        str(d.said["thing"]).lower()
        for d in entity.drafts
        if d.said.get("type") == "ref" and not d.name.startswith("<")
    }
    entity.drafts = [
        d
        for d in entity.drafts
        if not (
            d.name.startswith("<")
            and d.said.get("type") == "ref"
            and any(_same(str(d.said["thing"]), n) for n in named)
        )
    ]
    for draft in entity.drafts:
        if draft.said.get("type") == "ref" and draft.name.endswith("_id"):
            draft.name = draft.name.removesuffix("_id")


def _same(left: str, right: str) -> bool:
    return pascal(left).lower() == pascal(right).lower()


def read_dotted(clause: Clause, reading: Reading) -> None:
    """Read `Coupon.code is …, Coupon.percent an int`: each field with the model before it."""
    state = reading.state
    found = list(DOTTED.finditer(clause.text))
    place_prefix(clause.text[: found[0].start()], reading)
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(clause.text)
        body = re.sub(r"[,;]?\s*\b(?:and|plus)?\s*$", "", clause.text[match.start("field") : end])
        known = state.find(match["model"])
        if known is None:
            known = Entity(pascal(match["model"]), source=clause.raw, is_sure=True)
            reading.title = ""
        give(state.speak_of(known), body, clause, reading)
