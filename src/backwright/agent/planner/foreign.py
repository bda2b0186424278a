"""What lies outside of what the engine does, or goes against what it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backwright.agent.planner.attributes import is_value
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
_LITERAL = re.compile(r"\b[a-z_]\w*:[a-z]+(?::\S+)?")  # `email:email`, a field word
# A page that is to be built is no circumstance, though accounts are spoken of: `build a login page`.
_BUILDS = re.compile(
    r"(?i)(?:please )?(?:build|make|create|design|draw|code)(?: (?:me|us))?(?: (?:a|an|the|some|our|new|nice|simple))*\s*"
)
_JUDGING = ("probe", "audit", "doctor", "inspect")


def outside(clause: Clause, frame: str | None, named: Iterable[str]) -> str | None:
    """Return what a clause is about, where that is outside; None where nothing is.

    Args:
        clause: The clause.
        frame: What it was understood as so far.
        named: Names of resources and fields, which may be called as they like.
    """
    names = [one.lower().replace("_", " ") for one in named]
    text = _REQUEST.sub(
        lambda one: "x" * len(one[0]), clause.text
    )  # DELETE /tasks deletes nothing here
    text = _LITERAL.sub(lambda one: "x" * len(one[0]), text)
    topics = lexicon("foreign")["topic"]
    for topic in sorted(topics, key=lambda one: not one["about"].startswith(GRAVE)):
        for one in topic["strong"]:
            for match in pattern(one).finditer(text):
                if not _is_excused(match, clause, frame, names, topic["about"]):
                    return str(topic["about"])
    return None


def _is_excused(
    match: re.Match[str], clause: Clause, frame: str | None, names: list[str], about: str
) -> bool:
    before = clause.text[: match.start()]
    grave = about.startswith(GRAVE)
    passing = lexicon("foreign")["passing"]
    if pattern(passing["negated_grave" if grave else "negated"]).search(before):
        return True
    if not grave and re.match(r"\s+(?:nothing|none|nobody)\b", clause.text[match.end() :]):
        return True
    if not grave and pattern(passing["dismissed"]).search(before):
        return True
    if about.startswith("destroying") and pattern(passing["complaint"]).match(clause.text):
        return True
    said = match[0].lower().replace("_", " ").replace("-", " ")
    if not grave and (_is_name(said, names, frame) or is_value(match, clause.text)):
        return True
    if frame in _JUDGING:
        begins = bool(_OTHER_WORK.match(clause.text))
        orders_attack = about == "an attack on somebody" and re.match(
            r"(?i)(?:write|make|build)\b", clause.text
        )
        return (not grave and not begins) or bool(_JUDGES.match(clause.text) and not orders_attack)
    if grave:
        return frame == "undo"
    if frame == "cors":
        return True
    in_passing = any(one.search(before) for one in _passing()) and not _BUILDS.fullmatch(before)
    if frame is not None and frame != "resources" and frame != "new":
        return in_passing
    return bool(pattern(lexicon("foreign")["passing"]["state"]).match(clause.text)) and not _asks(
        clause
    )


def _is_name(said: str, names: list[str], frame: str | None) -> bool:
    """Tell whether a word names a resource or a field: `name, email and website`."""
    if any(said in name or name in said.split() for name in names):
        return True
    return frame == "resources" and known_kind(said.replace(" ", "_")) is not None


def _passing() -> Iterable[re.Pattern[str]]:
    return (pattern(one) for one in lexicon("foreign")["passing"]["before"])


def _asks(clause: Clause) -> bool:
    return bool(
        pattern(
            r"\b(?:need|want|should|must|has to|have to|would like|wish|asks for|please)\b|[,;] (?:sort|fix|repair|make)\b"
        ).search(clause.text)
    )


def unknown_verb(clause: Clause) -> str | None:
    """Return the verb that a clause begins with, where it orders something that nobody here knows."""
    match = re.match(
        r"([A-Za-z]+)\s+(?:me\s+|us\s+)?(?:the|an?|all|our|my|your|every|each|this|that|these|those|some|it|them|(?!(?:works|fails|does|is|has|says|returns|gets|gives|was)\b)[a-z]+s\b)\b",
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
