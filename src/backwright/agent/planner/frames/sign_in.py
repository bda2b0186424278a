"""Reading that people are to sign in, or that nobody does today."""

from __future__ import annotations

import re

from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.frames.capabilities import is_field
from backwright.agent.planner.lexicon import first
from backwright.agent.planner.signing import tells_of_sign_in
from backwright.agent.planner.state import State

# `the API stays open as it is, without login`
_STAYS_OPEN = re.compile(
    r"(?i)\b(?:stays?|remains?|keep(?:s|ing)?|leave|is (?:still|meant to be)) (?:(?:it|the \w+|this|fully|completely) )*(?:open|public|unprotected|without|free of|as it is)\b|\bno auth\w*(?: is| are)? (?:needed|required|wanted|necessary|either|(?:on|for) (?:the|these|those|its|it|any)\b)|\b(?:do not|no need to|without) (?:add(?:ing)?|introduc\w+|need) (?:any )?(?:auth\w*|log-?ins?)\b"
    r"|\b(?:so|hence|therefore) (?:there is )?no (?:owner\w*,? (?:and|or|nor) )?(?:no )?(?:auth\w*|log-?ins?)\b(?! (?:yet|so far|today|now)\b)"
)
# `We have no idea if our auth actually works`
_DOUBTS = re.compile(
    r"(?i)\b(?:no idea|not sure|unsure|do not know|don't know|cannot tell|can't tell|wonder(?:ing)?|no clue) (?:if|whether|how)\b"
)
_ASKS_WHICH = re.compile(
    r"(?i)\bwhich (?:of (?:them|these|those|the \w+)|\w+) (?:needs?|requires?|wants?|has|have|lacks?)\b"
)
# `The API has no accounts`: how things are, and an order only where nothing else is one.
_IS_OPEN = re.compile(
    r"(?i)^(?:[a-z ]{3,16}: )?(?:(?:also|and|but|today|currently|right now|at the moment|so far|since|because|as)\W+)*(?:there(?: i|'|’)s|(?:we|it|[\w-]+|(?:the|this|our|my) [\w -]{2,30}) (?:has|have|got|have got)) (?:currently |still |just )?no (?:user )?(?:log-?in|auth(?:entication)?|accounts?|users?)\b"
)
_CHANGE_THAT = re.compile(
    r"(?i)\b(?:fix|change|solve|remedy|mend|close|sort|address|repair|correct) (?:that|this|it|all)\b|\b(?:fix|sort) [\w ]{0,20}out\b|\b(?:add|secure|protect|guard|lock(?: down)?) (?:it|that|this|one|both|them|all|everything|the (?:api|app|service|backend))\b"
)


def read_auth(clause: Clause, state: State) -> bool:
    """`put JWT auth in (register, login, me)`, `users should be able to log in`."""
    if not first(clause.text, "cues", "auth", "cues") or state.project or is_field(clause, state):
        return False
    if _ASKS_WHICH.search(clause.text):
        return False  # `endpoints and which of them need auth`
    if _DOUBTS.search(clause.text):
        state.aside.append(clause.raw)
        return True
    if re.match(r"(?i)(?:check|verify|test|prove|does|is|are|which|why|try|run)\b", clause.text):
        return False
    if tells_of_sign_in(clause.text, state.world):
        state.aside.append(clause.raw)  # `the API is FastAPI and SQLModel, with JWT auth`
        return True
    if tells_of_no_sign_in(clause.text):
        if _changes_that(state):
            state.step("add auth", clause.raw)
        else:
            state.doubts.append(lambda later: _protect_if_alone(clause, later))
        return True
    if not state.world.guarded and _STAYS_OPEN.search(clause.text):
        state.aside.append(clause.raw)
        return True
    state.step("add auth", clause.raw)
    return True


def tells_of_no_sign_in(text: str) -> bool:
    """Tell whether a text begins with that nobody signs in today, which is an order only where nothing else is."""
    return _IS_OPEN.match(text) is not None


def _protect_if_alone(clause: Clause, state: State) -> None:
    """Read `there is no login` as an order where the text has no other."""
    if any(getattr(one, "changes", True) for one in state.acts):
        state.aside.append(clause.raw)
        return
    state.step("add auth", clause.raw)


def _changes_that(state: State) -> bool:
    """Tell whether a text asks to change what it says of the project: `Fix that`, `Secure it`."""
    return _CHANGE_THAT.search(f"{state.said}\n{state.beside}") is not None
