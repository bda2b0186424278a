"""What a text can spare: a sentence, or a part of one, without which the rest is a plan, and of which nothing is missed.

Where a text as it stands comes to a question about some of its words, each of its sentences is left out in turn. How
sure it is that nothing is lost with one is learnt (`training/spared.txt`) from what it holds, and from what of that
the plan of the rest has. What is left out is shown with the plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.foreign import outside
from backwright.agent.planner.layout.tree import BULLET
from backwright.agent.planner.leaning import (
    PRIVATE,
    SHARED,
    SPARED,
    features,
    leaning,
    score,
    weights,
)
from backwright.agent.planner.lexicon import CAPABLE, first, lexicon, pattern
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.phrases import FENCE
from backwright.agent.planner.remarks import JOINS, OPEN, Cleared, sentences
from backwright.agent.planner.types import JUDGES, Plan
from backwright.errors import QuestionError, UsageError
from backwright.spec.names import singularize, split_words

PlanOf = Callable[[Cleared], Plan]
# Questions about words that a plan has no place for; what is asked for by name is missing, and no words too many.
_TOO_MANY = ("clash", "fields", "leftover", "lost", "meaning", "part", "type", "unclear")
_SURE, _SURER = 0.0, 4.0  # log odds
_PARTS = {"head": 1.0, "tail": 0.5}  # by which a part of a sentence is less sure than a whole one
_SHORT = 4  # words
_MOST = 40  # stretches that are tried
_STEM = 6
_STEPS = {"rate": "rate-limit"}
# What takes something back, sets a condition, or is a wish that lies outside.
_KEPT = re.compile(
    r"(?i)\.\.\.\s|\b(?:wait|scratch that|make that|correction|on second thought|unless|except|only if|instead|either|undecided|(?:have not|haven't|not yet|is not|isn't) decided|could be that|(?:does not|doesn't|did not|didn't) (?:say|mention|specify|state))\b"
)
_WISHES = re.compile(r"(?i)\b(?:needs?|wants?|should|must|would like|as well|too)\b")
_NAMED = re.compile(r"(?<=[a-z,] )[A-Z][a-z]\w+")
_ORDERS = r"^\W*(?:(?:please|also|and|then|but|could you|can you) )*(?:<ADD>|<VERB>|give|draw|send|show|write|ship|deploy|train)\b"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of a text, and what is left without it."""

    text: str
    kind: str
    rest: str


def spared(
    form: Cleared, asked: QuestionError, plan_of: PlanOf, names: Collection[str]
) -> Plan | None:
    """Return the plan of a text without the stretch that is missed least; None where each may be missed.

    Args:
        form: The text, without remarks.
        asked: What the text as it stands comes to.
        plan_of: Returns the plan of a text, or raises what is to be asked.
        names: What the project's models are called, in small letters.
    """
    key = asked.question.key.partition("-")[0]
    if key not in _TOO_MANY or _KEPT.search(form.text) or FENCE.search(form.text):
        return None
    found: list[tuple[float, str, Plan]] = []
    for one in list(_stretches(form.text))[:_MOST]:
        if not one.rest.strip() or _is_kept(one, asked.question.key):
            continue
        try:
            plan = plan_of(replace(form, text=one.rest))
        except (QuestionError, UsageError):
            continue
        made = commands(plan)
        odds = score(sparing(one.text, one.kind, names, made), weights(SPARED))
        odds -= _PARTS.get(one.kind, 0.0)
        bar = _SURER if _is_risky(one.text, made, key) else _SURE
        if odds < bar or not _changes(plan) or _loses_owner(plan, one.rest):
            continue
        if not _makes(plan, asked.question.key):
            found.append((odds, one.text, plan))
    if not found:
        return None
    _, text, plan = max(found, key=lambda one: one[0])
    return replace(plan, aside=(*plan.aside, " ".join(text.split())))


def commands(plan: Plan) -> str:
    """Return the commands of a plan, without what is the same in all."""
    return " | ".join(step.command.removeprefix("backwright ") for step in plan.steps)


def sparing(text: str, kind: str, names: Collection[str], made: str) -> frozenset[str]:
    """Return what tells whether a stretch of a text is missed where its rest makes a plan.

    Args:
        text: The stretch.
        kind: `line`, `sentence`, `head` or `tail`.
        names: What the project's models are called, in small letters.
        made: The commands of the rest.
    """
    known = _stems(made)
    words = _telling(text)
    new = [one for one in words if _stem(one) not in known]
    kinds = {one.kind for one in spot(text, ())}
    code = [one for one in re.findall(r"`([^`]+)`|(\w*_\w+)", text) for one in one if one]
    models = [one for one in re.findall(r"\w+", text.lower()) if one in names]
    told = {f"w:{one}" for one in features(text, names)}
    told |= {f"fact:{one}" for one in kinds}
    told |= {
        f"capable:{_STEPS.get(one, one) in made}"
        for one in CAPABLE
        if first(text, "cues", one, "cues")
    }
    told |= {
        f"kind:{kind}",
        f"leaning:{max(-4, min(4, round(leaning(text, names))))}",
        f"known:{round(4 * (1 - len(new) / max(1, len(words))))}",
        f"new:{min(6, len(new))}",
        f"code:{min(2, sum(not _stems(one) <= known for one in code))}",
        f"numbers:{min(2, len(_numbers_beside(text, made)))}",
        f"facts:{min(3, len(kinds))}",
        f"models:{all(_stem(one) in known for one in models) if models else None}",
        f"owner:{'--owner' in made if take_owner(text)[1] else None}",
        f"private:{leaning(text, names, PRIVATE) > 0}",
        f"shared:{leaning(text, names, SHARED) > 0}",
        f"outside:{outside(Clause(text, text), None, ()) is not None}",
        f"length:{min(6, len(text.split()) // 4)}",
        f"announces:{text.rstrip().endswith(':')}",
    }
    return frozenset(told)


def _stretches(text: str) -> Iterator[_Stretch]:
    """Cut a text into its lines, its sentences, and the parts of each before and behind a join."""
    at = 0
    for line in text.split("\n"):
        mark = BULLET.match(line)
        begin = mark.end() if mark else 0
        said = [one for one in sentences(line[begin:]) if one.strip()]
        for one in said:
            begin = line.index(one, begin)
            here, end = at + begin, at + begin + len(one)
            begin += len(one)
            if len(said) == 1:
                yield _Stretch(one, "line", text[:at] + text[at + len(line) :])
            else:
                yield _Stretch(one, "sentence", text[:here] + text[end:])
            for join in JOINS.finditer(one):
                head, tail = one[: join.end()], one[join.start() :]
                if head.count("(") == head.count(")"):
                    yield _Stretch(head, "head", text[:here] + text[here + join.end() :])
                    yield _Stretch(tail, "tail", text[: here + join.start()] + "." + text[end:])
        at += len(line) + 1


def _is_kept(one: _Stretch, key: str) -> bool:
    """Tell whether a stretch leaves something open, is a wish of its own, or names what is asked for among others."""
    if OPEN.search(one.text) or _says_whose(one.text):
        return True
    if key.startswith("type-"):
        asked = _stems(key.removeprefix("type-"))
        return len(one.text.split()) <= _SHORT and asked <= _stems(one.text)
    return key == "part" and pattern(_ORDERS).search(one.text) is not None


def _says_whose(text: str) -> bool:
    """Tell whether a stretch may say whose rows are: where it says so beside another, one of the two is meant."""
    return take_owner(text)[1] is not None or any(
        leaning(text, (), one) > 0 for one in (PRIVATE, SHARED)
    )


def _is_risky(text: str, made: str, key: str) -> bool:
    """Tell whether a stretch orders something, or has a number, that the commands of its rest do not have."""
    known = _stems(made)
    new = [one for one in _telling(text) if _stem(one) not in known]
    numbers = _numbers_beside(text, made)
    named = [w for one in _NAMED.findall(text) for w in _words(one) if _stem(w) not in known]
    if numbers or named or (new and _WISHES.search(text)):
        return True
    orders = pattern(_ORDERS).search(text) and not text.rstrip().endswith(":")
    return key == "part" or bool(new and orders)


def _changes(plan: Plan) -> bool:
    return any(step.verb not in JUDGES for step in plan.steps)


def _loses_owner(plan: Plan, rest: str) -> bool:
    """Tell whether a text says whose rows are, and a plan makes resources of which it does not."""
    made = [step for step in plan.steps if step.verb == "add resource"]
    return any(step.option("owner") is None for step in made) and take_owner(rest)[1] is not None


def _makes(plan: Plan, key: str) -> bool:
    """Tell whether a plan makes a resource of the field whose type is asked for."""
    made = {step.args[0].lower() for step in plan.steps if step.verb == "add resource"}
    return key.removeprefix("type-").replace("_", "") in made


@cache
def _filling() -> frozenset[str]:
    """Return words that say nothing by themselves."""
    return frozenset(lexicon("words")["sparing"]["filling"])


def _telling(text: str) -> list[str]:
    """Return the words of a text that say something by themselves."""
    return [one for one in _words(text) if one.lower() not in _filling()]


def _numbers_beside(text: str, made: str) -> list[str]:
    """Return the numbers of a text that commands do not have."""
    return [one for one in re.findall(r"[0-9]+", text) if one not in made]


def _words(text: str) -> list[str]:
    return [
        part for one in re.findall(r"[A-Za-z0-9_]+", text) for part in split_words(one) or [one]
    ]


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(_stem, _words(text)))


def _stem(word: str) -> str:
    low = word.lower()
    return (singularize(low) or low)[:_STEM]
