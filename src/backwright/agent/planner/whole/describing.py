"""Statements that describe fields: whose they are, wherever the resource is named."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes, spot
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.fieldlist import read_list
from backwright.agent.planner.frames.opening import body_of, open_resource
from backwright.agent.planner.frames.resources import with_name
from backwright.agent.planner.lexicon import first, pattern
from backwright.agent.planner.state import State
from backwright.agent.planner.whole.bodies import prepared
from backwright.agent.planner.whole.giving import give, open_head, place_prefix, read_dotted, settle
from backwright.agent.planner.whole.heads import heads_of, is_noun
from backwright.agent.planner.whole.hosts import gives_to, is_of_current, model_in, without_model
from backwright.agent.planner.whole.pending import describe_pending
from backwright.agent.planner.whole.told import Reading, made_names, model_names
from backwright.agent.planner.whole.typed import DOTTED, MODIFIERS, STRONG, is_typed, left_of


def names_default(text: str, state: State) -> bool:
    """Read `what exists are ideas, so idea is the default`: one of the values of the last choice."""
    current = state.current
    drafts = (
        [d for d in current.drafts if isinstance(d.said.get("values"), tuple)] if current else []
    )
    if not drafts or not re.search(r"(?i)\bdefaults?\b", text) or "default" in drafts[-1].said:
        return False
    values = drafts[-1].said["values"]
    assert isinstance(values, tuple)  # noqa: S101 - looked above
    named = [v for v in values if re.search(rf"(?i)(?<![\w-]){re.escape(v)}s?(?![\w-])", text)]
    if len(named) != 1 or [
        o for o in spot(text, state.forms()) if o.kind in (*STRONG, "ref") and not o.weak
    ]:
        return False
    drafts[-1].said["default"] = named[0]
    return True


def read_description(clause: Clause, reading: Reading) -> None:
    """Read a statement that describes fields, of the resources that it names or of the one that is spoken of."""
    state = reading.state
    text, reading.named = prepared(with_name(clause.text, state))
    if DOTTED.search(text):
        read_dotted(clause, reading)
        return
    if _continues(text, reading):
        give(state.current, text, clause, reading)  # type: ignore[arg-type]
        return
    text = _asked_part(text, state)
    named = made_names(state)
    heads = (
        []
        if reading.inside
        else heads_of(text, named, opens=clause.opens, things=model_names(state))
    )
    heads = [one for one in heads if one.noun.lower() not in reading.named or one.noun[0].isupper()]
    if not heads:
        _headless(text, clause, reading)
        return
    place_prefix(text[: heads[0].start], reading)
    for at, head in enumerate(heads):
        end = heads[at + 1].start if at + 1 < len(heads) else len(text)
        body = re.sub(r"[,;]?\s*\b(?:and|plus)?\s*(?:an?|the)?\s*$", "", text[head.body : end])
        open_head(head, body, clause, reading)


def _continues(text: str, reading: Reading) -> bool:
    """Tell whether a statement says more of the last field, and names none: `vaccines in use cannot be deleted`."""
    state = reading.state
    current = state.current
    if current is None or not current.drafts or reading.title or reading.pending:
        return False
    found = [one for one in spot(text, state.forms()) if one.kind in (*STRONG, *MODIFIERS)]
    return (
        bool(found)
        and all(one.kind in MODIFIERS for one in found)
        and not left_of(text, found, state)
    )


def _asked_part(text: str, state: State) -> str:
    """Return what is asked for in `a note should sit in a folder, so please give notes …`."""
    for match in re.finditer(
        r"(?i),?\s+(?:and )?so (?:please |that |we |i )?(?:want |need |would like )?", text
    ):
        after = text[match.end() :]
        before = text[: match.start()]
        if (
            before.count("(") == before.count(")")
            and is_typed(after, state)
            and not describes(before, ("type", "length", "enum", "money", "decimal"))
        ):
            state.aside.append(before.strip())
            return after
    return text


def _headless(text: str, clause: Clause, reading: Reading) -> None:
    """Give fields to the model that a statement names, to what was announced, or to what is spoken of."""
    state = reading.state
    if reading.pending is not None and describe_pending(text, clause, reading):
        return
    if _refers_from(text, clause, reading) or _hangs_on(text, clause, state):
        return
    host = None if reading.inside else model_in(text, state)
    if host is not None and reading.title and not gives_to(text, host, state):
        host = None
    if host is not None and not is_of_current(text, host, state):
        give(host, without_model(text, host), clause, reading)
        return
    if reading.title:
        noun, reading.title = reading.title, ""
        known = state.find(noun)
        if known is None or not known.thing:
            state.described.append(text)
            source = Clause(noun, reading.title_source)
            open_resource(
                noun, f": {body_of(text)}", source, state, sure=False, named=reading.named
            )
            settle(state.current)
            return
        reading.host = known
    target = state.current or reading.host
    if target is None and state.project is not None and first(text, "whole", "project", "speaks"):
        state.aside.append(clause.raw)
        return
    if target is None:
        state.unclear.append(clause.raw)
        return
    give(target, text, clause, reading)


def _refers_from(text: str, clause: Clause, reading: Reading) -> bool:
    """Read `a store reference to orders`: the orders get it, and it refers to stores."""
    state = reading.state
    made = (
        "|".join(re.escape(n) for n in sorted(made_names(state), key=len, reverse=True)) or "(?!x)x"
    )
    hosts = "|".join(re.escape(n) for n in model_names(state)) or "(?!x)x"
    found = re.search(
        rf"(?i)(?:\ban?\s+|\bthe\s+)?(?:optional\s+)?[`\"']?\b(?P<name>{made})[`\"']?\s+(?:reference|ref|link|foreign key|fk|field|column)\s+(?:to|on|for)\s+(?:the |our |each )?(?P<host>{hosts})(?![\w-])",
        text,
    )
    host = state.find(found["host"]) if found else None
    if found is None or host is None or not host.thing:
        return False
    optional = " optional" if "optional" in text[: found.start()] + found[0] else ""
    give(host, f"a reference to {found['name']}{optional}, {text[found.end() :]}", clause, reading)
    return True


def _hangs_on(text: str, clause: Clause, state: State) -> bool:
    """Read `leave feedback on orders, with a score …`: a resource of its own, of the model that it is on."""
    things = "|".join(re.escape(n) for n in model_names(state)) or "(?!x)x"
    found = pattern(
        rf"\b(?:<ADD>|leave|post|submit|give)\s+(?:(?:an?|some|their)\s+)*(?P<noun>[a-z]+(?: [a-z]+)?)(?P<place>\s+(?:on|about|for|to)\s+(?:the |our |an? )?(?:{things})),?(?P<body>\s+(?:with|having)\s.+)$"
    ).search(text)
    if not found or not is_noun(found["noun"].split()[-1]) or state.find(found["noun"]):
        return False
    if len(read_list(body_of(found["body"]), ()).drafts) < 2:
        return False
    state.described.append(found["body"])
    return open_resource(found["noun"], found["place"] + found["body"], clause, state)
