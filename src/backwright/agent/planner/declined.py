"""What a text says is not to be touched, or not wanted: said in passing, unless the plan does it all the same."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.lexicon import first, pattern
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.state import Entity, State

_OPEN = re.compile(r"(?i)\b(?:log-?ins?|accounts?|auth\w*|users?|tokens?|open|public|anonymous)\b")
_ADDRESSES = re.compile(r"(?i)\burls?\b")  # also a type, but not of what is to stay
_TYPED = ("type", "length", "money", "decimal", "enum", "range", "default", "optional", "unique")
# `do not add authentication, that is planned for later`
_DECLINES = re.compile(
    r"(?i)(?:please |and |but )*(?:do not|don't|never|no need to|there is no need to) (?:add|build|introduce|implement|set up|put|include|enable|configure|make)\b(?!.*\b(?:more|less|fewer|longer|larger|other) than\b)"
)
# `no pagination, no index`: where something else is to be done, this is not; `no pagination yet` tells what is lacking.
_ONE = r"no (?:extra |new |further |additional |separate |need for )*(?:ind(?:ex(?:es)?|ices)|pagination|paging|rate[- ]?limit(?:s|ing)?|throttling|cors|(?:api )?versioning|audits?|probes?)\b"
_NONE = re.compile(
    rf"(?i)(?:and |but |also |please )*{_ONE}(?:(?:,|,? and|,? or|) {_ONE})*(?!.*\b(?:yet|so far|today|currently|now|at (?:all|present|the moment))\b)"
    r"(?: (?:on|for|to|in|of|here|this time|needed|either|please)\b[\w ]*)?\W*"
)
# `The product list must remain reachable without a token`, `it stays public`: what is so today.
_STAYS = re.compile(
    r"(?i)^(?:but |and |also |of course,? )*(?P<what>(?:[\w/`{}-]+ ){1,6}?)(?:itself )?"
    r"(?:(?:must|should|shall|has to|have to|needs? to|ought to|is to|are to|can|may|will)(?: all| also| still| simply)? (?:stay|remain|keep|survive)|stays?|remains?)\b"
)
# `The list is public and should stay public`
_IS_SO = re.compile(r"(?i) (?:is|are) (?P<how>[\w-]+) and (?=.*\b(?P=how)\b)")
_HERE = re.compile(
    r"(?i)^(?:it|this|that|they|these|those|both) $|/\w|\b(?:end ?points?|routes?|lists?|listings?|rows|data|urls?|paths?|api|log-?in|docs)\b"
)


def declines(text: str, state: State) -> bool:
    """Tell whether a clause says of something that can be done that it is not wanted."""
    return bool(_DECLINES.match(text) or (state.acts and _NONE.fullmatch(text)))


def read_declined(clause: Clause, state: State) -> bool:
    """Read `no need to touch the tasks`, `leave the auth code alone`; tell whether it is such a remark."""
    text = clause.text
    if _stays(text, state):
        state.aside.append(clause.raw)
        state.doubts.append(lambda later: _ask_if_opened(clause, later))
        return True
    declined = declines(text, state) or first(text, "cues", "declined", "cues")
    bare = _ADDRESSES.sub("paths", text)
    if not declined or describes(bare, _kinds(bare)):
        return False
    if take_owner(text, state.people())[1]:
        return False
    if _OPEN.search(text) and (state.world.guarded or state.project):
        return False  # whom it lets in is no matter of course here
    state.aside.append(clause.raw)
    state.doubts.append(lambda later: _ask_if_done(clause, later))
    return True


def _stays(text: str, state: State) -> bool:
    """Tell whether a clause only says that something the project has stays as it is."""
    said = _STAYS.match(_IS_SO.sub(" ", text))
    if not said or describes(text, _TYPED) or state.project:
        return False
    forms = "|".join(re.escape(form) for one in state.world.things for form in one.forms)
    here = _HERE.search(said["what"]) or (forms and pattern(rf"\b(?:{forms})\b").search(text))
    return bool(here) and not _makes(state)


def _makes(state: State) -> bool:
    """Tell whether a text makes resources, or protects what is there: then it says of them what it says."""
    protects = any(getattr(one, "verb", "") == "add auth" for one in state.acts)
    return protects or any(not one.thing for one in state.entities)


def _ask_if_opened(clause: Clause, state: State) -> None:
    """Ask where what is to stay as it is may be said of what the plan makes."""
    if _makes(state):
        state.aside.remove(clause.raw)
        state.unclear.append(clause.raw)


def _kinds(text: str) -> tuple[str, ...]:
    """Return what a clause must not say of a field; `the database is empty` says nothing of one."""
    return _TYPED if re.search(r"[:,(]", text) else _TYPED[:6]


def read_lacking(clause: Clause, state: State) -> bool:
    """Read `orders have no line items yet`: told in passing where the text says what is to be done."""
    text = clause.text
    if clause.asks or not first(text, "cues", "lacking", "cues") or describes(text, _TYPED):
        return False
    if any(first(text, "cues", one, "cues") for one in ("doctor", "auth", "cors", "rate", "undo")):
        return False
    state.lacking.append(clause.raw)
    return True


def _ask_if_done(clause: Clause, state: State) -> None:
    """Ask where the plan changes what is not to be touched."""
    if any(_names(one, clause.text) for one in state.acts):
        state.aside.remove(clause.raw)
        state.unclear.append(clause.raw)


def _names(act: object, text: str) -> bool:
    """Tell whether an act changes a model of the project that a text names."""
    if not isinstance(act, Entity) or not (act.thing and act.asked and act.drafts):
        return False
    return bool(pattern(rf"\b(?:{'|'.join(act.forms)})\b").search(text))
