"""Accounting for a text: each word that says what a field or a resource is must have come to the plan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.types import Step
from backwright.spec.names import singularize, split_words

_WORD = re.compile(r"[A-Za-z][\w'-]*")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)")
_LABEL = re.compile(
    r"^[A-Za-z][A-Za-z ]{1,40}:\s+(?=[A-Z]\w+\s+(?:with\b|has\b|\())|^[A-Z]?[a-z]+s? log (?=[A-Z])"
)
# `having only a name`, `CRUD only`, `optional because most have none yet`: nothing is limited by these.
_ONLY = re.compile(
    r"(?i)\b(?:having|resources?|fields?|crud|model|table) only\b|\bonly (?:the |for )?(?:data|an?|one|two|name|fields?|crud|now)\b"
    r"|\b(?:must|should) be able to\b|\bbecause\b[^,;.:]*|\bnot (?:only|enforced)\b|^no\s*[–,-]|\b\d+ (?:more |new |extra |additional |further )*(?:fields?|columns?|attributes?|resources?|things|properties|models|tables)\b"
)
_BESIDE = re.compile(r"(?i)\b(?:next to|beside|alongside|in addition to) (?:the |our )?\w+")
_OF_WHAT = re.compile(r"(?<=s) of (?!course)[a-z]+(?=\s*[:(,–])")  # `sessions of work: …`


def unaccounted(
    clauses: Iterable[str], steps: Sequence[Step], passed: Iterable[str], things: Iterable[str]
) -> tuple[str, ...]:
    """Return the words of clauses that describe resources which are nowhere in the plan.

    Args:
        clauses: What resources, fields and relations were read from.
        steps: The plan.
        passed: What of the text is shown as left aside.
        things: Every form of the names of models that can be referred to.
    """
    known = _plan_words(steps)
    aside, forms = tuple(passed), tuple(things)
    return tuple(
        dict.fromkeys(word for one in clauses for word in _left_of(one, known, aside, forms))
    )


def _left_of(
    text: str, known: frozenset[str], aside: Sequence[str], forms: Sequence[str]
) -> list[str]:
    text = _BESIDE.sub(" ", _OF_WHAT.sub("", _LABEL.sub("", text)))
    numbers = [n for n in _NUMBER.findall(_ONLY.sub(" ", text)) if n not in known]
    for remark in aside:
        text = text.replace(remark, " ")
    text, _, _ = take_owner(text)
    for one in reversed(spot(text, forms)):
        text = f"{text[: one.start]} {text[one.end :]}"
    words = [w for match in _WORD.findall(_ONLY.sub(" ", text)) for w in split_words(match)]
    return numbers + [w for w in words if _is_telling(w, known) or not _is_known(w.lower(), known)]


def _is_telling(word: str, known: frozenset[str]) -> bool:
    """Tell whether a word that nothing explains changes what is described: `not`, `unless`."""
    return word.lower() not in known and word.lower() in lexicon("names")["filler"]["telling"]


def _is_known(word: str, known: frozenset[str]) -> bool:
    if len(word) <= 1:
        return True
    if word in known or (singularize(word) or word) in known or word in _plain():
        return True
    if re.sub(r"([a-z])\1ing$|ing$", r"\1", word) in known:  # `tagging for products`
        return True
    return bool(
        pattern(
            r"^(?:leave|post|submit|place|report|give|groups?|endpoints?|whole|shop|entire|prepare|mark|flag|managing|operations|<VERB>|<ADD>|<USER>|<DET>|<MAY>|<BE>|<UNIT>|<RESOURCE>)$"
        ).match(word)
    )


@cache
def _plain() -> frozenset[str]:
    """Return the words that say nothing of a field by themselves."""
    names, nouns = lexicon("names"), lexicon("nouns")
    return frozenset(
        [*names["filler"]["words"], *names["filler"]["prose"], *names["filler"]["passing"]]
        + [word for kind in ("stop", "lead", "tail", "never", "pointing") for word in nouns[kind]]
    )


def _plan_words(steps: Sequence[Step]) -> frozenset[str]:
    found: set[str] = set()
    for step in steps:
        for text in (step.verb, *step.args, *(v for _, v in step.options)):
            found.update(_NUMBER.findall(re.sub(r"\.\.|[-,]", " ", text)))
            for word in re.split(r"[\W_]+", text):
                found |= {part.lower() for part in (word, *split_words(word))}
    if "cascade" in found:
        found |= {
            "deleting",
            "deletes",
            "delete",
            "deleted",
            "removing",
            "removes",
            "removed",
            "goes",
            "away",
            "when",
            "once",
            "together",
            "after",
        }
    return frozenset(found | {singularize(word) or word for word in found})
