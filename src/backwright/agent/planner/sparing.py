"""Which reading of a text is taken where the first is doubtful: one without a stretch of the text that it can spare.

Where a text as it stands comes to a question about some of its words, or to a plan that hardly is what it asks for, each
of its sentences, and each part of one, is left out in turn, and so is each command that the text does not ask for. Of
the plans that come of it the likeliest is taken (`judging.py`), if it is likely enough. What is left out is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from backwright.agent.planner.attributes import describes, spot
from backwright.agent.planner.dividing import JUDGED
from backwright.agent.planner.judging import OPEN as LEFT_OPEN
from backwright.agent.planner.judging import VERBS, Asked, odds
from backwright.agent.planner.layout.tree import BULLET
from backwright.agent.planner.leaning import PRIVATE, SHARED, leaning
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.phrases import FENCE
from backwright.agent.planner.remarks import JOINS, OPEN, Cleared, sentences
from backwright.agent.planner.types import JUDGES, Part, Plan, Step
from backwright.errors import QuestionError, UsageError
from backwright.spec.names import singularize, split_words
from backwright.tasks.questions import Answers

PlanOf = Callable[[Cleared, Answers], Plan]
# Questions about words that a plan has no place for; what is asked for by name is missing, and no words too many.
_TOO_MANY = ("clash", "fields", "leftover", "lost", "meaning", "part", "type", "unclear")
_LIKELY = 2.5  # log odds at which a plan is taken where the text as it stands gives none
_SURER = 3.0  # the same, without a sentence that has a name or a number of its own
_BETTER = 2.0  # by how much a plan must be likelier than that of the text as it stands
_SURE = 2.0  # log odds above which no other plan is looked for
_HARDLY = -4.0  # log odds of a command that a text does not ask for
_OPEN = 1.0  # log odds above which a text leaves something open
_DOUBTFUL = 0.0  # log odds below which it is asked whether a plan is meant
_MOST = 30  # stretches that are tried
_SHORT = 4  # words
_STEM = 6
_TYPES = ("type", "money", "decimal", "enum", "ref", "many")
# What needs no words of a text but that it asks for it.
_ALONE = frozenset(("probe", "audit", "inspect"))
_GO_ON = "Go on without "  # how it is asked about words that a plan has no place for
# What takes something back, sets a condition, or is a wish that lies outside.
_KEPT = re.compile(
    r"(?i)\.\.\.\s|\b(?:wait|scratch that|make that|correction|on second thought|unless|except|only if|instead|either|undecided|(?:have not|haven't|not yet|is not|isn't) decided|could be that|(?:does not|doesn't|did not|didn't) (?:say|mention|specify|state))\b"
)
_WISHES = re.compile(r"(?i)\b(?:needs?|wants?|should|must|would like|as well|too)\b")
_ORDERS = r"^\W*(?:(?:please|also|and|then|but|could you|can you) )*(?:<ADD>|<VERB>|give|draw|send|show|write|ship|deploy|train)\b"
_FACTS = frozenset(("optional", "unique", "index", "default", "enum", "cascade", "restrict"))
_NAMED = re.compile(r"(?<=[a-z,] )[A-Z][a-z]\w+")
_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_LABEL = re.compile(r"\A\W*[^:.\n]{3,60}:\s+")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of a text, what is left without it, and whether it is a whole sentence, or a point of a list."""

    text: str
    rest: str
    is_whole: bool = False
    is_point: bool = False


def likelier(
    form: Cleared, found: Plan | QuestionError, asked: Asked, plan_of: PlanOf
) -> Plan | None:
    """Return a plan that is rather what a text asks for than what it comes to as it stands; None where there is none.

    Args:
        form: The text, without remarks.
        found: The plan, or the question, that it comes to as it stands.
        asked: What the text asks for.
        plan_of: Returns the plan of a text, or raises what is to be asked.
    """
    key = "" if isinstance(found, Plan) else found.question.key
    if key and key.partition("-")[0] not in _TOO_MANY:
        return None
    if _KEPT.search(form.text) or FENCE.search(form.text):
        return None
    bar = _LIKELY
    if isinstance(found, Plan):
        bar = max(bar, odds(found, asked) + _BETTER)
    plans = [(odds(one, asked), one) for one in _candidates(form, found, asked, plan_of)]
    sure, best = max(plans, key=lambda one: one[0], default=(bar, None))
    return best if sure >= bar else None


def is_sure(plan: Plan, asked: Asked) -> bool:
    """Tell whether a plan is so likely what its text asks for that no other is looked for."""
    return odds(plan, asked) >= _SURE and plan.verbs == asked.likely


def is_doubtful(plan: Plan, asked: Asked) -> bool:
    """Tell whether it is asked if a plan is meant: it changes something, and its text seems to ask for another, or to leave something open."""
    if not _changes(plan) or odds(plan, asked) >= _DOUBTFUL:
        return False
    is_other = bool(asked.likely) and not asked.likely & plan.verbs
    return is_other or asked.wanted[LEFT_OPEN] > _OPEN


def _candidates(
    form: Cleared, found: Plan | QuestionError, asked: Asked, plan_of: PlanOf
) -> Iterator[Plan]:
    """Yield plans that a text may mean."""
    key = "" if isinstance(found, Plan) else found.question.key
    if isinstance(found, Plan):
        yield from _with_likely(found, asked, is_whole=True)
    if _is_alone(asked) and key != "part":
        steps = tuple(Step(one) for one in VERBS if one in asked.likely)
        parts = tuple(Part(one.verb, "the words of the text as a whole") for one in steps)
        left = () if isinstance(found, Plan) else (found.question.text.removeprefix(_GO_ON),)
        yield Plan(steps, parts, left)
    if isinstance(found, Plan) and not _changes(found):
        return  # of what only judges, nothing is to be spared
    for one in list(_stretches(form.text))[:_MOST]:
        if not one.rest.strip() or _is_kept(one, key):
            continue
        plan = _plan(replace(form, text=one.rest), plan_of)
        if plan is None or not _changes(plan) or _loses_owner(plan, one.rest) or _makes(plan, key):
            continue
        if _lacks_fact(one.text) or (not one.is_whole and _still_open(plan, one.rest, key)):
            continue
        if _tells_more(plan, one.text) and not (one.is_whole and odds(plan, asked) >= _SURER):
            continue
        if isinstance(found, Plan) and _lacks_step(plan, found, asked):
            continue
        told = replace(plan, aside=(*plan.aside, " ".join(one.text.split())))
        yield from _with_likely(told, asked)


def _is_alone(asked: Asked) -> bool:
    """Tell whether a text asks for nothing but what needs no words of it."""
    typed = asked.facts.get("typed")
    return bool(asked.likely) and asked.likely <= _ALONE and not typed


def _plan(form: Cleared, plan_of: PlanOf) -> Plan | None:
    try:
        return plan_of(form, Answers())
    except (QuestionError, UsageError):
        return None


def _with_likely(plan: Plan, asked: Asked, *, is_whole: bool = False) -> Iterator[Plan]:
    """Yield a plan, and what is left of it without the steps that its text hardly asks for."""
    if not is_whole:
        yield plan
    steps = tuple(one for one in plan.steps if not _is_made_up(one, asked))
    if steps and len(steps) < len(plan.steps):
        told = tuple(one.command for one in plan.steps if one not in steps)
        yield replace(plan, steps=steps, aside=(*plan.aside, *told))


def _is_made_up(step: Step, asked: Asked) -> bool:
    """Tell whether a step looks for a failure that the text hardly tells of, or makes a resource without fields."""
    is_bare = step.verb == "add resource" and len(step.args) == 1
    return is_bare or (step.verb == "doctor" and asked.wanted["doctor"] < _HARDLY)


def _lacks_fact(left: str) -> bool:
    """Tell whether what is left out says something of a field that a plan may lack."""
    return bool({one.kind for one in spot(left, ())} & _FACTS) or "\u2192" in left


def _tells_more(plan: Plan, left: str) -> bool:
    """Tell whether what is left out has a name or a number that the commands of a plan do not have."""
    made = _stems(plan.commands)
    unsaid = [one for one in re.findall(r"\d+", left) if one not in plan.commands]
    unnamed = [one for one in _NAMED.findall(left) if not _stems(one) <= made]
    return bool(unsaid or unnamed)


def _stretches(text: str) -> Iterator[_Stretch]:
    """Cut a text into its label, its lines, its sentences, what is in parentheses, and the parts of each before and behind a join."""
    if found := _LABEL.match(text):
        yield _Stretch(found[0], text[found.end() :])
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
                yield _Stretch(
                    one,
                    text[:at] + text[at + len(line) :],
                    is_whole=True,
                    is_point=mark is not None,
                )
            else:
                yield _Stretch(one, text[:here] + text[end:], is_whole=True)
            for inner in _PARENTHESES.finditer(one):
                yield _Stretch(inner[0], text[: here + inner.start()] + text[here + inner.end() :])
            for join in JOINS.finditer(one):
                head, tail = one[: join.end()], one[join.start() :]
                if head.count("(") == head.count(")"):
                    yield _Stretch(head, text[:here] + text[here + join.end() :])
                    yield _Stretch(tail, text[: here + join.start()] + "." + text[end:])
        at += len(line) + 1


def _is_kept(one: _Stretch, key: str) -> bool:
    """Tell whether a stretch leaves something open, is a wish of its own, or names what is asked for among others."""
    if OPEN.search(one.text) or _says_whose(one.text) or JUDGED.search(one.text):
        return True
    if one.is_point and leaning(one.text) < 0:
        return True
    orders = pattern(_ORDERS).search(one.text) or _WISHES.search(one.text)
    if orders and describes(one.text, _TYPES):
        return True
    if key.startswith("type-") and _stems(key.removeprefix("type-")) & _stems(one.text):
        is_field = len(one.text.split()) <= _SHORT or describes(one.text, _TYPES)
        return bool(orders) or (is_field and not one.is_whole)
    return key == "part" and bool(orders)


def _says_whose(text: str) -> bool:
    """Tell whether words may say whose rows are: where they say so beside others, one of the two is meant."""
    return take_owner(text)[1] is not None or any(
        leaning(text, (), one) > 0 for one in (PRIVATE, SHARED)
    )


def _changes(plan: Plan) -> bool:
    return any(step.verb not in JUDGES for step in plan.steps)


def _loses_owner(plan: Plan, rest: str) -> bool:
    """Tell whether a text says whose rows are, and a plan makes resources of which it does not."""
    made = [step for step in plan.steps if step.verb == "add resource"]
    return any(step.option("owner") is None for step in made) and take_owner(rest)[1] is not None


def _makes(plan: Plan, key: str) -> bool:
    """Tell whether a plan makes a resource of the field whose type is asked for."""
    made = {step.args[0].lower() for step in plan.steps if step.verb == "add resource"}
    return bool(key) and key.removeprefix("type-").replace("_", "") in made


def _lacks_step(plan: Plan, found: Plan, asked: Asked) -> bool:
    """Tell whether a plan has none of a command that the text as it stands comes to, and may ask for."""
    return any(asked.wanted[one] > _HARDLY for one in found.verbs - plan.verbs)


def _still_open(plan: Plan, rest: str, key: str) -> bool:
    """Tell whether the field whose type is asked for is still spoken of, and not in the plan."""
    asked = _stems(key.removeprefix("type-")) if key.startswith("type-") else frozenset()
    return bool(asked) and asked <= _stems(rest) and not asked <= _stems(plan.commands)


def _stems(text: str) -> frozenset[str]:
    """Return the beginnings of the words of a text."""
    words = [
        part for one in re.findall(r"[A-Za-z0-9_]+", text) for part in split_words(one) or [one]
    ]
    return frozenset((singularize(one.lower()) or one.lower())[:_STEM] for one in words)
