"""Whose the rows are, as a text says it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.leaning import PRIVATE, SHARED, leaning
from backwright.agent.planner.lexicon import first, lexicon, patterns

USER, NONE = "user", "none"
# How far a statement must lean: where other frames may know it, and where none does.
SURELY, PROBABLY = 1.2, 0.2
_TOLD = ("type", "length", "enum", "money", "decimal", "range", "default")
# `just like tasks do`, said of whose rows are.
_LIKEWISE = re.compile(
    r"(?i)\s*,?\s*(?:(?:and )?(?:just |exactly |the )?(?:like|as(?: with| for)?|same as|same way as|in the same way as) (?:the |with |for |our |in )*(?!(?:default|an?)\b)[\w-]+(?: (?:do|does|are|is|already|else))*|as (?:usual|always))(?=\s*(?:[.,;)]|$))"
)
# `do not scope it to the current user`, `they never belong to the user who made them`
_DENIED = re.compile(
    r"(?i)(?:^|(?<=[.;,:] ))\W*(?:(?!(?:that|which|who|whose|if|when|unless|never|not|nobody|none|no)\b)\w+\s+){0,4}(?:not|never|no need to|neither)\s+(?:\w+\s+){0,2}$"
)
_RELATIVE = re.compile(
    r"(?i)\b(?:that|which|who|whose|if|when|unless|what)(?: (?:it|they|the \w+))?(?: (?:is|are|do|does|should|may|can))*\s*$"
)
_BELONGS = re.compile(
    r"(?i)\W*(?:be |is |are )?(?:belong|own(?!ers? (?:can|may|should))|scop|tied|bound|private|personal|per\b|isolated|restricted|limited|with|has|have)"
)
_WORD = re.compile(r"[A-Za-z][A-Za-z-]*")


# `add resource Reminder (user-owned): …`
_BEHIND_NAME = re.compile(
    r"(?P<name>\b[A-Z]\w+)`?(?P<told> \((?:(?P<own>user[- ]owned|owned by (?:the |its |a )?user|per[- ]user|private(?: per user| to (?:the|each|its) (?:user|owner))?)"
    r"|no owner|not owned|ownerless|un-?owned|shared(?: by (?:all|everybody|everyone|all users))?|global)\))(?=\s*[:,;–-])"
)


def owners_behind(text: str) -> str:
    """Return a text in which what stands in parentheses behind a resource's name, and says whose its rows are, is a sentence."""
    told = [
        f"{one['name']} is private to each user." if one["own"] else f"{one['name']} has no owner."
        for one in _BEHIND_NAME.finditer(text)
    ]
    bare = _BEHIND_NAME.sub(lambda one: one[0].replace(one["told"], ""), text)
    return "\n".join((bare, *told))


def take_owner(text: str, others: Iterable[str] = ()) -> tuple[str, str | None, str]:
    """Return a text without what it says of owners, who owns (`user`, `none`, None), and those words.

    Args:
        text: A clause.
        others: Names of resources that are no users, though people are called so: `members`.
    """
    named = [one.lower() for one in others]
    for whose in (NONE, USER):
        for one in patterns("cues", "owner", whose):
            match = one.search(text)
            if whose == NONE and match and _is_of_strangers(text, match):
                continue
            if match and not any(
                re.search(rf"\b{re.escape(n)}\b", match[0].lower()) for n in named
            ):
                before = _DENIED.search(text[: match.start()])
                if whose == USER and before and _BELONGS.match(match[0]):
                    return f"{text[: before.start()]} {text[match.end() :]}", NONE, match[0].strip()
                like = _LIKEWISE.match(text, match.end())
                rest = f"{text[: match.start()]} {text[like.end() if like else match.end() :]}"
                further, _, _ = take_owner(rest, named)
                return further, whose, match[0].strip(" ,")
    return text, None, ""


def _is_of_strangers(text: str, match: re.Match[str]) -> bool:
    """Tell whether words only say which rows nobody gets to see: `never show rows that are not owned by the user`."""
    return bool(_RELATIVE.search(text[: match.start()]) and re.search(r"(?i)\bnot\b", match[0]))


def owner_of_clause(text: str, names: Iterable[str]) -> str | None:
    """Return whose rows are by a clause that speaks of nothing else; None where it speaks of more.

    Args:
        text: A clause.
        names: What the resources are called, in every form: `gift card`, `cards`.
    """
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?i)(?<![\w-]){re.escape(name)}(?![\w-])", " ", text)
    bag = lexicon("cues")["owner"]["bag"]
    if any(word.lower() not in bag for word in _WORD.findall(text)) or re.search(r"\d", text):
        return None
    text = " ".join(text.split())
    if first(text, "cues", "owner", "nobodys"):
        return NONE
    return USER if first(text, "cues", "owner", "somebodys") else None


def likely_owner(text: str, bar: float, names: Collection[str] = ()) -> str | None:
    """Return whose rows are by what a statement is like, where no pattern knows it; None where it hardly says so.

    Args:
        text: A clause that is no question.
        bar: How far it must lean: `SURELY` or `PROBABLY`.
        names: What the project's models are called, in small letters.
    """
    if "?" in text or re.search(r"(?<![45])\d|`|\w_\w", text) or describes(text, _TOLD):
        return None
    mine, shared = leaning(text, names, PRIVATE), leaning(text, names, SHARED)
    if max(mine, shared) < bar or min(mine, shared) > 0:
        return None
    return take_owner(text)[1] or (
        USER if mine > shared else NONE
    )  # its words outweigh its likeness
