"""What changes nothing: looking, judging, testing, finding a cause; and taking a change back."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes, is_value
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.lexicon import first
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.state import Entity, State
from backwright.agent.planner.types import JUDGES

_EVIDENCE = re.compile(
    r"(?i)traceback|\b\w*(?:Error|Exception|Violation)\b|\"detail\"|CORS policy|\b[45]\d\d\b|\berror\b|failed|refused"
)
_TELLS = re.compile(
    r"(?i)(?:and )?(?:tell|report|list|show|say|let me know|summari[sz]e|print|write (?:down|up)|note down|give me|no changes?|no edits?|(?:only|just) (?:list|show|tell)|change nothing|nothing else|nothing more|(?:only|just) (?:information|info|an? (?:report|overview|summary|look|list|answer)|reading)|please change nothing|(?:only|just) look|(?:look|check|read|judge) only|do not (?:change|touch|fix)|only report|read[- ]only|nothing (?:is|gets) changed|i will|(?:i (?:want|need|would like) )?(?:the|a) (?:list|report|summary) of)\b"
)
_TRIES = re.compile(
    r"(?i)\b(?:run|check|verify|test|try|fire|throw|send|feed|fuzz|bombard|hurl|prove|make sure|ensure|write|add|probe|exercise|walk|hit|confirm|see)\b"
)
_OF_OTHERS = re.compile(
    r"(?i)\b(?:isolat\w*|(?:an)?other (?:user|account|customer|person|people)\w*|someone else|somebody else|anyone else|cannot|user [ab]\b|wrong password|alice|bob|(?:see|read|reach|touch|change|edit|delete|access) each other)\b|^(?:test|verify|prove|make sure|ensure|write|hit|try|can|does (?:every|each)|do all)\b"
)
_A_LEAD = 60  # where the verb of an order stands
_FIRES = re.compile(
    r"(?i)(?:fire|send|throw|make|shoot)\b.*\b(?:requests?|calls?)\b.*\bendpoints?\b"
)
_STATUS = re.compile(r"\b[45]\d\d\b|\b[A-Z]\w*(?:Error|Exception)\b|(?i:\bwhy\b)")
_TWO_USERS = re.compile(r"(?i)\b(?:user|account) [ab12]\b.*\b(?:user|account) [ab12]\b")
_JUDGED = re.compile(r"(?i)\b(?:audit|checklist|code review|review the code|code quality)\b")
_OPENS_CORS = re.compile(
    r"(?i)\b(?:open|enable|add|allow|configure|set up|turn on|activate)\s+(?:up\s+)?cors\b|^(?:please )?cors (?:for|from) https?://"
)
_MENDS = re.compile(
    r"(?i)^(?!.*\b(?:not|never|nothing|no)\b)(?!.*\bwithout (?:chang|touch|edit|fix)).*(?:\b(?:anything|whatever|what|everything|all|those|the ones|things)\b.*\b(?:repair|fix|mend|correct)(?:ed|able)?\b|\b(?:repair|fix|mend|correct) (?:what|whatever|everything|anything|them|all|(?:the|any) (?:findings?|problems?|issues?) (?:that|which))\b)"
)
_FUTURE = re.compile(
    r"(?i)\b(?:about to|going to|will|want to|before we|might|soon)\b.{0,20}\b(?:break|fail|crash)"
)
_SLOW = re.compile(
    r"(?i)\b(?:is|are|too|so|very|gets?)\s+(?:too |so |very )*(?:slow|long|big|large)\b"
)
_SCHEDULED = re.compile(
    r"(?i)(?:we|i|they|there|the|our) .*\b(?:in (?:a|two|three|four|\d+) (?:days?|weeks?|months?)|(?:next|this|coming) (?:week|month|(?:mon|tues|wednes|thurs|fri)day)|tomorrow|soon)$"
)
_ANSWERS = re.compile(
    r"(?i)\b(?:gets?|returns?|answers?|receives?|results? in|must be|are|is) (?:with )?(?:an? )?40[134]\b"
)
# `Return 404 for rows of other users`: what is to be, no failure
_IS_TO_ANSWER = re.compile(
    r"(?i)(?:please )?(?:return|answer|respond|reply)(?: with)?(?: an?)? 4\d\d\b"
)
# What is answered to a request beyond a limit: `limit=101 is rejected with 422`
_REFUSES = re.compile(
    r"(?i)\b(?:limit|offset|page(?:_?size)?|per_page|size|requests?|calls?)\b.*\b(?:is|are|gets?|must be|will be|returns?|answers?) (?:an? |with )*(?:rejected|refused|capped|clamped|denied|422|429|400)\b"
)
_LOOKS = re.compile(
    r"(?i)inspect (?:the|this|our|my) (?:\w+ )?(?:project|app|api|backend|service|code ?base|repo\w*)\W*$"
)
_MAKES = re.compile(
    r"(?i)(?:give|add|put|create|make)\b.*\b(?:field|column|attribute|resource|model)\b"
)
_ORIGIN = re.compile(r"from origin '(https?://[^']+)'")


def is_evidence(pasted: str) -> bool:
    """Tell whether what was pasted shows a failure, and is no description."""
    return bool(_EVIDENCE.search(pasted))


def read_pasted(state: State) -> None:
    """A log, an answer, a traceback that was pasted is to be explained."""
    if is_evidence(state.pasted):
        origin = _ORIGIN.search(state.pasted)
        options = (("origin", origin[1]),) if origin else ()
        state.step(
            "doctor",
            state.pasted.strip().splitlines()[-1].strip()[:80],
            options=options,
            log=f"{state.pasted}\n" if state.pasted else "",
        )


def read_report(clause: Clause, state: State) -> bool:
    """`tell me what does not behave`, `report only`: how a judge's result is wanted."""
    judged = any(getattr(one, "verb", "") in JUDGES for one in state.acts)
    if not judged or not _TELLS.match(clause.text):
        return False
    state.aside.append(clause.raw)
    return True


def read_undo(clause: Clause, state: State) -> bool:
    """`undo the last change`."""
    if not first(clause.text, "cues", "undo", "cues"):
        return False
    named = re.search(r"\b[0-9a-f]{6,}\b|\b\d{8}-\d+\S*", clause.text)
    state.step("undo", clause.raw, *([named[0]] if named else []))
    return True


def read_doctor(clause: Clause, state: State) -> bool:
    """`GET /me says 401. Every single time. Why?`."""
    is_to_be = _FIRES.match(clause.text) or _IS_TO_ANSWER.match(clause.text)
    if is_to_be and not state.pasted:
        return False  # requests that are to be made, not those that failed
    if state.world.is_empty and not state.pasted:
        return False  # nothing is there that could fail
    begun = any(getattr(one, "verb", "") == "doctor" for one in state.acts)
    cue = first(clause.text, "cues", "doctor", "cues")
    probed = any(getattr(one, "verb", "") == "probe" for one in state.acts)
    if probed and not state.pasted and not first(clause.text, "cues", "doctor", "ask"):
        return False  # what should fail, or must not: it is being tried
    if _FUTURE.search(clause.text) and not state.pasted:
        return False
    if (_JUDGED.search(clause.text) or _OPENS_CORS.search(clause.text)) and not state.pasted:
        return False
    if (
        cue
        and not state.pasted
        and not begun
        and _describes(clause.text)
        and not _STATUS.search(clause.text)
    ):
        return False  # `a Timer that hangs off a task, with started_at as a datetime`
    if cue and is_value(cue, clause.text):
        return False  # `allowed: bug, feature, chore`
    more = begun and first(clause.text, "cues", "doctor", "ask")
    if not cue and not more:
        return False
    if (
        not begun
        and (_TRIES.match(clause.text) or _TWO_USERS.search(clause.text))
        and first(clause.text, "cues", "probe", "cues")
    ):
        return False
    fix = (("fix", ""),) if first(clause.text, "cues", "doctor", "fix") else ()
    state.step("doctor", clause.raw, options=fix, log=f"{state.pasted}\n" if state.pasted else "")
    return True


def read_expected(clause: Clause, state: State) -> bool:
    """`calls without a token get a 401`, `limit=500 is rejected`: how what is added is to answer."""
    verbs = {getattr(one, "verb", "") for one in state.acts}
    limited = verbs & {"add pagination", "add rate-limit"} and not (state.pasted or clause.asks)
    why = first(clause.text, "cues", "doctor", "ask")
    if limited and _REFUSES.search(clause.text) and not why:
        state.aside.append(clause.raw)
        return True
    added = "add auth" in verbs
    if state.pasted or not added or clause.asks or not _ANSWERS.search(clause.text):
        return False
    if first(clause.raw, "cues", "probe", "trial"):
        return False
    state.aside.append(clause.raw)
    return True


def _describes(text: str) -> bool:
    """Tell whether a clause says of a field or a relation what it is like."""
    return describes(text, ("type", "length", "cascade", "restrict"))


def _is_made(state: State) -> bool:
    """Tell whether the text makes a project or a resource."""
    made = any(isinstance(one, Entity) and not one.thing for one in state.acts)
    return made or state.project is not None


def read_probe(clause: Clause, state: State) -> bool:
    """`write tests for the task endpoints`, `can Bob read Alice's tasks?`."""
    if not first(clause.text, "cues", "probe", "cues"):
        return False
    if _SCHEDULED.match(clause.text):
        return False  # `we have the pen test in two weeks`
    if _is_of_auth(clause, state):
        state.aside.append(clause.raw)
        return True
    if not state.acts and not clause.asks and _only_owns(clause.text):
        return False  # `customers must only see their own data`: of what is to be made
    if (
        _is_made(state)
        and not clause.asks
        and not _TRIES.search(clause.text[:_A_LEAD])
        and not first(clause.text, "cues", "probe", "tests")
    ):
        return False  # what is begun is to be like that: nothing is tried
    if first(clause.text, "cues", "probe", "tests"):
        state.step("probe", clause.raw, options=(("write-tests", ""),))
        return True
    state.step("probe", clause.raw)
    return True


def _only_owns(text: str) -> bool:
    """Tell whether a clause only says whose rows are, and wants nothing tried."""
    tried = _TRIES.match(text) or first(text, "cues", "probe", "trial")
    return not tried and take_owner(text)[1] is not None


def _is_of_auth(clause: Clause, state: State) -> bool:
    """Tell whether a clause only says what `add auth` brings: `make sure that users see their own notes`."""
    return (
        any(getattr(one, "verb", "") == "add auth" for one in state.acts)
        and not clause.asks
        and first(clause.text, "cues", "probe", "isolation") is not None
        and not first(clause.raw, "cues", "probe", "trial")
    )


def read_audit(clause: Clause, state: State) -> bool:
    """`go through the code with the quality checklist`."""
    if _LOOKS.match(clause.text):
        return False  # what `inspect` is for
    if not first(clause.text, "cues", "audit", "cues"):
        return _may_mend(clause, state)
    fix = (("fix", ""),) if _MENDS.search(clause.text) else ()
    state.step("audit", clause.raw, options=fix)
    return True


def _may_mend(clause: Clause, state: State) -> bool:
    """`anything that can be repaired mechanically you may repair`, said of an audit."""
    audited = any(getattr(one, "verb", "") == "audit" for one in state.acts)
    if not audited or not _MENDS.search(clause.text):
        return False
    state.step("audit", clause.raw, options=(("fix", ""),))
    return True


def read_inspect(clause: Clause, state: State) -> bool:
    """`which endpoints want a token?`."""
    if "default" in clause.text.lower() and state.current is not None:
        return False
    if _MAKES.match(clause.text):
        return False  # `give Task a field project …`
    if (
        not first(clause.text, "cues", "inspect", "cues")
        or _OF_OTHERS.search(clause.text)
        or _SLOW.search(clause.text)
    ):
        return False
    state.step("inspect", clause.raw)
    return True
