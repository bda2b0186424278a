"""A clause that no frame reads: refused, asked about, or left aside where it only tells."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import known_kind
from backwright.agent.planner.foreign import GRAVE, outside, unknown_verb
from backwright.agent.planner.lexicon import first, lexicon, pattern
from backwright.agent.planner.likeness import likeness
from backwright.agent.planner.misread import WISHES_MORE
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.questions import ask_reading
from backwright.agent.planner.signing import tells_of_sign_in
from backwright.agent.planner.state import State

_BACKEND = r"\b(?:users|customers|people|accounts?|apis?|endpoints?|log ?in|permissions?|passwords?|tokens?|roles?|database|requests?|responses?|fields?|columns?|tables?|rows?|records?)\b"
_EXPECTS = re.compile(
    r"(?i)\b(?:fail|refused|rejected|denied|40[134]|not (?:work|be possible|succeed)|impossible)\b"
)
_MAKES_OF_IT = re.compile(
    r"(?i)(?:turn|make|have|get|expose|offer|need|use|put|wire up|bring|build|create|generate|add)\b.{0,30}\b(?:this|that|it|these|those|the) ?(?:model|class|table|one|schema|definition|entity)?s?\b"
    r"(?: (?:as|into|to|in) .{0,40})?(?:resources?|endpoints?|endpoint groups?|crud|api|project|backend|migrations?|tests?)\W*$"
)
_POINTS_BACK = re.compile(
    r"(?i)(?:add|do|make|include|build|implement|write|create|test|check|verify|prove) (?:all |both )?(?:of )?(?:that|this|it|them|those|these|some)\b"
    r"(?: (?:to|in|into|for) (?:the|this|our|my) \w+)?\W*$"
)
# What `add auth` does by itself, where a text only says it again.
_OF_AUTH = re.compile(
    r"(?i)(?:the |all |users?'? )*passwords? (?:must|should|have to|need to|are to|will|get) be (?:hashed|stored hashed|stored as hashes?|encrypted)(?: (?:with|by|using|via|as) (?:bcrypt|a hash|hashes))?(?:,? (?:never|not) (?:in )?plain ?text)?"
    r"|(?:protect |guard |lock |secure )?(?:all |every |each |any |the |our )*(?:existing |other |present |current )?(?:\w+ )?(?:endpoints?|routes?|paths?|calls?|requests?|operations?)(?: (?:of|in) (?:the|this|our) \w+)?(?: (?:should|shall|must|need(?:s)?(?: to)?|require[sd]?|has to|have to|is|are|be|then|only|will|may|can|get|gets|to))* ?(?:require[sd]?|need(?:s|ed)?|ask(?:s|ed)? for|protected|guarded|secured|work(?:s)?|accept(?:s)?)?(?: with| by| behind| only| for)*(?: (?:an?|the|valid|bearer|access|jwt|token|log-?in|logged-?in|signed-?in|authenticated|authentication|users?))*(?: then| too| only| as well)?"
    r"|(?:use|with|using) (?:jwt|bcrypt|bearer tokens?|jwt tokens?|access tokens?)(?: and (?:jwt|bcrypt|bearer tokens?))?(?: for (?:that|it|this|passwords|tokens))?"
)
_MUST = r"\b(?:should|must|needs?|has to|have to|want|wants|only|never|always|support|ought|require[sd]?|shall|may not|cannot)\b"
_SURELY = 2.0  # a margin at which nearly all are right
_FAMILIAR = 0.8  # of a text whose words were mostly never seen, nothing is concluded
_FIXES = re.compile(r"(?i)(?:please )?(?:fix|repair|mend|improve|correct)\b")
# A number, a name in code, an address: what a remark has none of.
_NAMES_SOMETHING = re.compile(r"(?<!v)\d|[`\"]|\w_\w|://|/\w|\b[a-z]+[A-Z]")
_RELATES = re.compile(
    r"(?i)\b(?:has|have|holds?|contains?|carr(?:y|ies)|belongs?|sits?) (?:many|several|multiple|any number|to|in|at most|exactly)\b"
)
_WISHES = re.compile(r"(?i)\b(?:should|must|shall|(?:has|have|needs?|ought|is|are) to)\b")
_DENIES = re.compile(r"(?i)^(?:nothing|nobody|none|no)\b|\b(?:not|never)\b")
# What only counts what stands elsewhere: `add two resources to the shop API`.
_ANNOUNCES = re.compile(
    r"(?i)(?:please )?add (?:them|these|those|the following)\W*|(?:please )?(?:add|create|build|make|introduce)(?: (?:the|these|those|following|new|two|three|four|five|some|more|a few))+ (?:resources|fields|models|tables|columns|entities|things)(?: (?:to|in|for|on) (?:the|this|our|my) (?:\w+ )?\w+)?"
)
# `Release gate for the tasks service`: no verb, but a title.
_TITLES = re.compile(
    r"(?i)[a-z-]+ (?:gates?|rounds?|phase|stage|readiness|check-?list|sign-?off|milestone)\b(?:\W*$| (?:for|of|on|in) )"
)
_PURPOSE = re.compile(
    r"(?i)(?:let|allow|enable|help|make it possible for) (?:the |our |all )?[a-z]+s?\b"
)
_HTTP = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE)\b")

_PRECISE = ("cors", "rate", "version", "pagination", "index", "auth")
_IMPROVES = re.compile(
    r"(?i)^(?:improve|optimi[sz]e|clean up|polish|refactor|moderni[sz]e|speed up|harden|enhance the|rework|restructure|simplify|tidy)\b"
)


def place_unread(clause: Clause, state: State) -> None:
    """Place a clause that no frame knows: refused, asked, or left aside where it only tells."""
    text = clause.text
    if _dismisses(text) or _only_tells(text, state) or _is_like_a_remark(text, state):
        state.aside.append(clause.raw)
    elif has_types(text) and re.search(r"[:,(]", text):
        _open(clause, state)
    elif first(text, "cues", "vague", "quality"):
        wish(clause, state, "It can mean several things, and each is another piece of work.")
    elif first(text, "cues", "vague", "features") and not state.acts and not _orders(text):
        wish(clause, state, "It names a feature, but not what is to be there for it.")
    else:
        _place_rest(clause, state)


def _is_like_a_remark(text: str, state: State) -> bool:
    """Tell whether a clause is like what is said in passing, or like what the plan does already, and names nothing new."""
    done = {getattr(one, "verb", "").removeprefix("add ") for one in state.acts}
    named = re.sub(r"\b(?:user|owner|account)_id\b", "owner", text) if "auth" in done else text
    if not state.acts or _NAMES_SOMETHING.search(named) or has_types(text) or _RELATES.search(text):
        return False
    like = likeness(text)
    again = like.kind in ("auth", "audit", "probe", "inspect", "doctor") and like.kind in done
    again |= like.kind in ("probe", "owner") and "auth" in done
    again |= like.kind == "auth" and state.project is not None  # a new project has it
    wished = (_WISHES.search(text) and not _DENIES.search(text)) or WISHES_MORE.match(text)
    return like.is_likely and ((like.kind == "aside" and not wished) or again)


def _judges(text: str, state: State) -> str | None:
    """Return the verb of what a clause is surely like, if that needs no more to be said."""
    like = likeness(text)
    if (
        state.project is not None
        or like.margin < _SURELY
        or like.seen < _FAMILIAR
        or _FIXES.match(text)
        or _NAMES_SOMETHING.search(text)
        or has_types(text)
        or take_owner(text)[1]
    ):
        return None
    return {"auth": "add auth", "audit": "audit", "probe": "probe", "inspect": "inspect"}.get(
        like.kind
    )


def _place_rest(clause: Clause, state: State) -> None:
    """Place a clause that describes nothing by itself."""
    text = clause.text
    if re.match(r"(?i)(?:write(?! down| up)|compose|draft|draw)\b", text):
        state.refused.append((clause.raw, "of texts it writes tests, and nothing else"))
    elif (verb := _judges(text, state)) == "add auth" and tells_of_sign_in(text, state.world):
        state.aside.append(clause.raw)
    elif verb:
        state.step(verb, clause.raw)
    elif verb := unknown_verb(clause):
        state.refused.append((clause.raw, f"{verb!r} is nothing that it knows how to do"))
    elif _wishes(text, state) or _concerns(text, state):
        wish(clause, state, "It names what is there, but not what is to be changed.")
    elif state.acts and re.fullmatch(r"(?i)(?:an?|some|the) \w+(?: \w+){0,2}", text):
        state.unclear.append(clause.raw)  # `after that a search`
    elif not state.acts and _describes(text):
        wish(clause, state, "It says what something is like, but not what.")
    elif (
        pattern(_MUST).search(text)
        or has_types(text)
        or _names_fields(text)
        or _permits(text, state)
        or WISHES_MORE.match(text)
    ) or (state.acts and _asks_for_something(text)):
        state.unclear.append(clause.raw)
    else:
        state.aside.append(clause.raw)


def _asks_for_something(text: str) -> bool:
    """Tell whether a clause orders something, or names a capability, though no frame read it."""
    if pattern(r"^(?:<VERB>)\b(?!ing)|^[a-z]+ (?:it|them|this|that|those)$").match(text):
        return not re.match(
            r"(?i)(?:let|tell|show|report|list|see|thank|explain|describe|try|find out|make (?:one|it so))\b",
            text,
        )
    return bool(
        re.search(r"(?i)\b(?:index(?:es)?|paginat\w+|rate[- ]limit\w*|cors|versioning)\b", text)
    )


def _open(clause: Clause, state: State) -> None:
    """Ask about a clause that describes something, but not of what."""
    if state.acts:
        state.unclear.append(clause.raw)
        return

    def doubt(later: State) -> None:
        if later.acts:
            later.unclear.append(clause.raw)
        else:
            why = "It says what something is like, but not what."
            later.step(ask_reading(later, clause.raw, why), clause.raw)

    state.doubts.append(doubt)


def _dismisses(text: str) -> bool:
    """Tell whether a clause says of what is outside that it is not wanted."""
    dismissed = pattern(lexicon("foreign")["passing"]["dismissing"])
    about = outside(Clause(dismissed.sub("", text), text), None, ())
    return bool(about and not about.startswith(GRAVE) and dismissed.match(text))


def _orders(text: str) -> bool:
    """Tell whether a clause begins with a verb that asks for something precise, or names an address."""
    return bool(pattern(r"^(?:<VERB>)\b|https?://").search(text))


def _describes(text: str) -> bool:
    """Tell whether a clause says of a field what it is like: `the name must be unique`."""
    return describes(text, ("type", "unique", "optional", "required", "length", "default"))


def _names_fields(text: str) -> bool:
    """Tell whether a clause seems to list fields: `attendees sign up with name and email`."""
    words = re.findall(r"[a-z]\w*", text)
    known = {word for word in words if known_kind(word)}
    return len(known) > 1 or any("_" in word.strip("_") for word in words)


def _only_tells(text: str, state: State) -> bool:
    """Tell whether a clause only says whose rows are, what a trial should show, or what fails."""
    rest, owner, _ = take_owner(text, state.people())
    if owner and not rest.strip(" ,.") and state.acts:
        return True
    if (state.acts or "resource" in state.said) and _MAKES_OF_IT.match(text):
        return True
    if state.acts and _POINTS_BACK.match(text):
        return True
    verbs = {getattr(one, "verb", "") for one in state.acts}
    if "add auth" in verbs and _OF_AUTH.fullmatch(text):
        return True
    if "probe" in verbs and re.match(r"(?i)write\b", text):
        return True
    return "doctor" in verbs or ("probe" in verbs and bool(_EXPECTS.search(text)))


def _concerns(text: str, state: State) -> bool:
    """Tell whether a clause asks for something about what is there."""
    return _concerns_project(text, state) and (bool(pattern(_MUST).search(text)) or not state.acts)


def _wishes(text: str, state: State) -> bool:
    """Tell whether a clause wishes for something new without saying what: `add something`, `give it …`."""
    if re.search(r"(?i)\bbe able to\b", text):
        return True
    return (
        bool(
            pattern(
                r"^(?:(?:i|we)\s+)?(?:add|create|need|want|put|introduce|set up|set|change|allow|enable|let|extend|include|give)\b"
            ).match(text)
        )
        and not state.world.is_empty
    )


def _permits(text: str, state: State) -> bool:
    """Tell whether a clause says of a resource what can be done with it: `tasks can be shared with teams`."""
    forms = "|".join(re.escape(one) for one in state.spoken())
    return bool(
        forms
        and pattern(
            rf"\b(?:{forms})\s+(?:also |then )?(?:can|may|could|might|will|shall)\b"
        ).search(text)
    )


def _concerns_project(text: str, state: State) -> bool:
    forms = "|".join(re.escape(one) for one in state.forms())
    found = bool(forms and pattern(rf"\b(?:{forms})\b").search(text))
    return found or bool(pattern(_BACKEND).search(text))


def _is_purpose(text: str) -> bool:
    """Tell whether a clause only says what the orders behind it are for: `Let users label their tasks`."""
    return _PURPOSE.match(text) is not None and not first(text, "cues", "auth", "cues")


def wish(clause: Clause, state: State, why: str) -> None:
    """Keep a clause that wishes for something without saying what: it is asked about, where nothing else is meant."""
    if state.acts or state.doubts or state.wishes:
        state.unclear.append(clause.raw)
        return

    def doubt(later: State) -> None:
        orders = pattern(r"^(?:<VERB>|<ADD>)\b").match(clause.text) and not _HTTP.match(clause.text)
        orders = orders and not (_ANNOUNCES.fullmatch(clause.text) or _TITLES.match(clause.text))
        orders = orders and not _is_purpose(clause.text)
        if later.acts and not orders:
            later.aside.append(clause.raw)  # said of what the rest of the text mends
            return
        later.step(ask_reading(later, clause.raw, why), clause.raw)

    state.wishes.append(doubt)


def read_vague(clause: Clause, state: State) -> bool:
    """`improve the error messages`: a wish for better, without what that would be."""
    if not _IMPROVES.match(clause.text) and not first(clause.text, "cues", "vague", "verbs"):
        return False
    said = clause.text.partition(":")[2]
    if any(first(said, "cues", one, "cues") for one in _PRECISE):
        return False  # `harden the API a little: allow cross-origin requests from …`
    if clause.asks and re.match(r"(?i)do(?:es)?\b", clause.text):
        return False
    wish(clause, state, "It can mean several things, and each is another piece of work.")
    return True


def has_types(text: str) -> bool:
    """Tell whether a text surely says what type a field has."""
    return describes(text, ("type", "money", "decimal", "length"))
