"""Whose rows are, told by what a statement says and not by its form."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.ownership import NONE, SURELY, USER, likely_owner, take_owner

_PRIVATE = re.compile(
    r"(?i)\b(?:private|personal|isolat\w+|confidential|secret to|separated|multi-?(?:user|tenant)|(?:owner|user)[- ](?:scoped|only|bound|based)|per[- ](?:user|account|owner|login|customer|member|person|employee|tenant)|(?:by|for each|for every) (?:user|account)\b)"
)
_SELF = re.compile(
    r"(?i)\b(?:(?:their|his|her|its|one's|users?'?s?|my|the) own\b|own (?:rows?|data|records?|ones?|\w+s)\b|themsel\w+|himself|herself|theirs|mine\b|(?:the |its |their )?(?:owner|creator|author)s?\b|each other|one another"
    r"|(?:other|another|different) (?:user|account|person|people|customer|one|member)\w*|some(?:body|one) else|any(?:body|one) else|others\b"
    r"|(?:that|which|what|who|whoever|the one who|the person who)\s+(?:have |has )?(?:(?:they|he|she|it|you|the user)\s+)?(?:have |has |is |are |was )?(?:entered|created|made|wrote|writes|added|recorded|logged|posted|uploaded|registered|requested|owns?|creates?|adds?|enters|logged[- ]in|signed[- ]in)"
    r"|(?:logged|signed)[- ]in (?:user|person|one|account)|current user|the user\b|everybody who signs up gets|whoever)"
)
_LIMITS = re.compile(
    r"(?i)\b(?:only|just|exclusively|solely|nothing but|nobody|no one|none|never|no|not|cannot|nothing|alone|strictly|owned|owns?|owner|belongs?|tied|bound|linked|visible|access\w*|restricted|limited|scoped|gets?|has|have|sees?|manages?|keeps?|own)\b"
)
_SHARED = re.compile(
    r"(?i)\b(?:(?:every|all|any) other (?:user|one|people|person|account)s? (?:can|may|should|must) (?:see|read|edit|change)|un-?owned|owner-?less|no (?:owners?|ownership)\b|without (?:an? )?owners?\b|(?:not|never|nor|n't) (?:be )?(?:owned|tied to|bound to)|(?:nobody|no one|no user|no particular \w+|nobody in particular)\b.{0,20}\bowns?|owned by (?:nobody|no one|none)|shared\b|public\b|common to all|master data"
    r"|(?:the )?same (?:\w+ ){0,2}for (?:all|every|everyone|everybody)|(?:everyone|everybody|all users|the whole team|the entire team|all staff)\b.{0,30}\bthe same\b|no (?:log-?in|users?|accounts?|auth\w*)\b|open to all|global)"
)
_UNOWNED = re.compile(r"(?i)\b(?:no|without an?|without) (?:owners?|ownership)\b")
# Who says so has not decided it, or means more than one owner.
_OPEN = re.compile(
    r"(?i)\b(?:maybe|perhaps|sometimes|not sure|unsure|undecided|depend\w*|unless|except\w*|admins?|managers?|supervisors?|groups?|roles?|later|some users|shared with|invite\w*|in certain cases)\b"
)
CLASH = "clash"
_ABOUT = ("type", "length", "enum", "money", "decimal", "range", "default")
_MANAGES = re.compile(
    r"(?i)\b(?:fields?|columns?|endpoints? for|resource|model|table|cors|version|limit|index|token|password|test|check|verify|prove|fail|error|why)\b"
)


def owner_of(text: str, *, alone: bool = True) -> str | None:
    """Return whose rows are by a statement that tells nothing else: `user`, `none`, None where it is not said."""
    if re.search(r"\d", text) or _OPEN.search(text) or describes(text, _ABOUT):
        return None
    if alone and _MANAGES.search(text):
        return None
    mine = bool(
        _PRIVATE.search(text)
        or (_SELF.search(owned := _UNOWNED.sub(" ", text)) and _LIMITS.search(owned))
    )
    shared = bool(_SHARED.search(text))
    if mine and shared:
        return CLASH if re.search(r"(?i)\bshared|public|everyone|everybody|other\b", text) else NONE
    said = USER if mine else NONE if shared else None
    return said or (likely_owner(text, SURELY) if alone else None)


def take_owner_of(text: str, people: tuple[str, ...]) -> tuple[str, str | None, str]:
    """Return a statement without the parts that say whose rows are, who owns, and those parts."""
    for start, end in _parts(text):
        part = text[start:end]
        typed = re.match(r"\s*\(([^)]*)", text[end:])
        if typed and describes(typed[1], _ABOUT):
            continue  # `public (bool)` is a field
        if owner := owner_of(part, alone=False):
            rest = f"{text[:start].rstrip(' ,;–')} {text[end:]}"
            if part.lstrip().startswith("(") and ")" in text[end:]:
                rest = rest.replace(")", "", 1)
            further, more, _ = take_owner_of(rest, people)
            return further, owner if more in (None, owner) else CLASH, part.strip(" ,;–()")
    return take_owner(text, people)


def _parts(text: str) -> list[tuple[int, int]]:
    """Return where the parts of a statement stand that commas, dashes or `and` set apart, the shortest first."""
    cuts = [
        0,
        *(
            m.start()
            for m in re.finditer(
                r"[,;–(]\s?|\.\s|\band\b(?= (?:each|every|only|users?|nobody|they))", text
            )
        ),
        len(text),
    ]
    found = [
        (a, b)
        for at, a in enumerate(cuts)
        for b in cuts[at + 1 : at + 4]
        if (a, b) != (0, len(text))
    ]
    return [
        one for one in sorted(found, key=lambda p: p[1] - p[0]) if text[slice(*one)].strip(" ,;–(")
    ][:60]
