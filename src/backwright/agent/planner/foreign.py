"""What lies outside of what the engine does, or goes against what it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from backwright.agent.planner.attributes import describes, is_value
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import known_kind
from backwright.agent.planner.lexicon import first, lexicon, pattern

# What these are about is meant even where it is said beside something else.
GRAVE = ("destroying", "reading secrets", "an attack", "weakening")
_JUDGES = re.compile(
    r"(?i)(?:can|could|does|do|is|are|check|verify|prove|make sure|test|ensure|see|try|confirm|audit|review|report|which|what|how"
    r"|show|find (?!out)|go|look|run|write|nobody|no one|user|attack|whether|that|the|neither|register|search|scan)\b"
)
_REQUEST = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE|OPTIONS)\s+(?:on\s+)?/?\S+")
_OTHER_WORK = re.compile(
    r"(?i)(?:translate|rewrite|deploy|train|send|e?-?mail|notify|port|migrate|convert|draw|paint|compose|sing|order|book|install|publish|release|ship|push|upload|download)\b"
)
# Why something is asked for is nothing that is asked for: `indexed, because the dashboard filters on it`.
_WHY = re.compile(
    r"(?i)(?<=[\w`\"')])[,;]?\s+(?:(?:because|since|as|so that)\s+(?:the|our|my|we|they|it|i|people|users|customers)|so (?:that )?[a-z]+ (?:can|could|may|is able|are able))\b[^.;:]*$"
)
_CODE = re.compile(r"`[^`\n]{1,40}`")  # a name or a value, whatever it means
# Where a client runs that calls the API: `Frontend runs on http://localhost:5173`
_RUNS = re.compile(
    r"(?i)\b(?:(?:the|our|my|this) )?(?:\w+ ){0,3}(?:runs|is running|is served|is hosted|is deployed|lives|sits|will run|will be served|comes) (?:locally )?(?:on|at|from|under) https?://\S+"
)
_LITERAL = re.compile(r"\b[a-z_]\w*:[a-z]+(?::\S+)?")  # `email:email`, a field word
# A page that is to be built is no circumstance, though accounts are spoken of: `build a login page`.
# What cannot be touched, or goes on as it is, is no work: `the mobile app cannot be updated before spring`.
_UNTOUCHED = re.compile(
    r"(?i)s?\s+(?:(?:cannot|can't|will not|won't|must not|may not|should not) (?:yet |ever )?(?:be|get)|(?:is|are|was|were) not(?: being)?) (?:updated|changed|touched|upgraded|adapted|migrated|released|replaced)\b"
    r"|\s+(?:(?:must|should|has to|have to|needs? to|will|can|shall) )?(?:keeps?|continues?|goes on) (?:on )?(?:to work|working|running|to run)\b"
)
_BUILDS = re.compile(
    r"(?i)(?:please )?(?:build|make|create|design|draw|code)(?: (?:me|us))?(?: (?:a|an|the|some|our|new|nice|simple))*\s*"
)
_TELLS = re.compile(
    r"(?i)^(?:i|we|our|the|this|these|they|it|people|users|customers|what (?:is|we|i|they|exists))\b"
)
_MAKES = re.compile(r"(?i)\b(?:resource|endpoints?|project|service|api|fields?|columns?)\b")
_JUDGING = ("probe", "audit", "doctor", "inspect")


def outside(clause: Clause, frame: str | None, named: Iterable[str]) -> str | None:
    """Return what a clause is about, where that is outside; None where nothing is.

    Args:
        clause: The clause.
        frame: What it was understood as so far.
        named: Names of resources and fields, which may be called as they like.
    """
    return _about(clause, frame, tuple(one.lower().replace("_", " ") for one in named))


_TYPED = re.compile(r"(?i)`?\s*[(:]\s*(?:(?:an?|optional|unique)\s+)*(?:url|uri|str|text|link)")


@lru_cache(maxsize=4096)  # each form and each reading of a text asks it of the same clauses
def _about(clause: Clause, frame: str | None, names: tuple[str, ...]) -> str | None:
    text = _REQUEST.sub(
        lambda one: "x" * len(one[0]), clause.text
    )  # DELETE /tasks deletes nothing here
    for masked in (_LITERAL, _RUNS):
        text = masked.sub(lambda one: "x" * len(one[0]), text)
    told = _CODE.sub(lambda one: "x" * len(one[0]), _WHY.sub("", text))
    topics = lexicon("foreign")["topic"]
    for topic in sorted(topics, key=lambda one: not one["about"].startswith(GRAVE)):
        grave = topic["about"].startswith(GRAVE)
        for one in topic["strong"]:
            for match in pattern(one).finditer(text if grave else told):
                if topic.get("always") or not _is_excused(
                    match, clause, frame, names, topic["about"]
                ):
                    return str(topic["about"])
    return None


def _is_excused(
    match: re.Match[str], clause: Clause, frame: str | None, names: tuple[str, ...], about: str
) -> bool:
    grave = about.startswith(GRAVE)
    if _is_denied(match, clause, about):
        return True
    said = match[0].lower().replace("_", " ").replace("-", " ")
    field = known_kind(said.replace(" ", "_")) and _TYPED.match(clause.text, match.end())
    if not grave and (field or _is_name(said, names, frame) or is_value(match, clause.text)):
        return True
    if frame in _JUDGING:
        begins = bool(_OTHER_WORK.match(clause.text))
        orders_attack = about == "an attack on somebody" and re.match(
            r"(?i)(?:write|make|build)\b", clause.text
        )
        return (not grave and not begins) or bool(_JUDGES.match(clause.text) and not orders_attack)
    if grave:
        return frame == "undo"
    return frame == "cors" or _is_in_passing(match, clause, frame)


def _is_denied(match: re.Match[str], clause: Clause, about: str) -> bool:
    """Tell whether a clause says of a foreign word that it is not wanted, or complains of what anybody can do."""
    before, behind = clause.text[: match.start()], clause.text[match.end() :]
    passing = lexicon("foreign")["passing"]
    if about.startswith("destroying") and pattern(passing["complaint"]).match(clause.text):
        return True
    if about.startswith(GRAVE):
        return bool(pattern(passing["negated_grave"]).search(before))
    return bool(
        pattern(passing["negated"]).search(before)
        or pattern(passing["dismissed"]).search(before)
        or re.match(r"\s+(?:nothing|none|nobody)\b", behind)
        or _UNTOUCHED.match(behind)
    )


def _is_in_passing(match: re.Match[str], clause: Clause, frame: str | None) -> bool:
    """Tell whether a foreign word only says where, for whom or what for."""
    before = clause.text[: match.start()]
    if _is_others(clause, frame):
        return True
    if frame is not None and frame not in ("resources", "new"):
        named = any(one.search(before) for one in _passing())
        return named and not _BUILDS.fullmatch(before)
    passing = lexicon("foreign")["passing"]
    if pattern(passing["placing"]).search(before) and _is_of_backend(clause, frame):
        return True
    told = pattern(passing["state"]).match(clause.text) or pattern(passing["tells"]).match(
        clause.text
    )
    return told is not None and not _asks(clause)


def _is_others(clause: Clause, frame: str | None) -> bool:
    """Tell whether a clause only says what somebody else does, or has done: `I will do the dashboard`."""
    own = pattern(lexicon("foreign")["passing"]["own"]).match(clause.text)
    return own is not None and frame is None and not _asks(clause)


def _is_of_backend(clause: Clause, frame: str | None) -> bool:
    """Tell whether a clause makes something here, or only tells; what it is made for lies elsewhere."""
    if frame == "new" or describes(clause.text, ("type", "money", "decimal", "length", "enum")):
        return True
    tells = frame is None or re.search(r"(?i)\bbe able to\b", clause.text)
    return bool((_TELLS if tells else _MAKES).search(clause.text))


def _is_name(said: str, names: tuple[str, ...], frame: str | None) -> bool:
    """Tell whether a word names a resource or a field: `name, email and website`."""
    if any(said in name or name in said.split() for name in names):
        return True
    return frame == "resources" and known_kind(said.replace(" ", "_")) is not None


def _passing() -> Iterable[re.Pattern[str]]:
    return (pattern(one) for one in lexicon("foreign")["passing"]["before"])


def _asks(clause: Clause) -> bool:
    return bool(
        pattern(
            r"\b(?:need(?:ing)?|want(?:ing)?|should|must|has to|have to|would like|wish|asks for|please)\b|[,;] (?:sort|fix|repair|make)\b"
        ).search(clause.text)
    )


def unknown_verb(clause: Clause) -> str | None:
    """Return the verb that a clause begins with, where it orders something that nobody here knows."""
    match = re.match(
        r"([A-Za-z]+)\s+(?:me\s+|us\s+)?(?:the|an?|all|our|my|your|every|each|this|that|these|those|some|it|them|(?!(?:works|fails|does|is|has|says|returns|gets|gives|was|runs|lives|sits|comes|calls|sends|shows|needs|wants|uses|expects|crashes|breaks|talks|listens|waits|asks|knows)\b)[a-z]+s\b)\b",
        clause.text,
    )
    if not match:
        return None
    word = match[1].lower()
    if word.endswith(("ing", "ly")) or (word.endswith("s") and not word.endswith("ss")):
        return None  # no order
    known = pattern(
        r"^(?:<VERB>|<ADD>|i|we|you|they|it|he|she|this|that|these|those|there|the|an?|our|my|your|their|every|each|all|some|any|no|nobody|everyone|everybody|people|users|customers|who|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|should|would|will|may|must|has|have|had|if|because|since|so|as|but|and|or|not|only|just|for|in|on|at|to|from|with|by|of|after|before|once|while|both|one|two|three|somebody|someone|anybody|whatever|whoever|nothing|everything|something|default|same|more|then|also|maybe|it is|today|yesterday|tomorrow|currently|later|sometimes|often|usually|here|many|several|multiple|different|most|require|wish|hope|think|say|note|please|thanks|see|use|look|come|go|work|works|care|got|received|found|saw|call|name|leave|accept|reject|mark|filter|sort|search|count|limit|return|respond|handle|expose|restrict|prevent|avoid|hash|validate|update|change|fill|link|post|save|like)$"
    ).match(word)
    return None if known or first(clause.text, "cues", "vague", "quality") else match[1]
