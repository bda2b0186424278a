"""Which form of a text gives the plan: with more of its remarks left aside, or with fewer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from backwright.agent.planner.compose import HARM
from backwright.agent.planner.foreign import GRAVE
from backwright.agent.planner.judging import Asked
from backwright.agent.planner.questions import STOP
from backwright.agent.planner.remarks import Cleared
from backwright.agent.planner.sparing import PlanOf, is_doubtful, is_sure, likelier
from backwright.agent.planner.types import JUDGES, Plan
from backwright.errors import BackwrightError, QuestionError, UsageError
from backwright.tasks.questions import Answers
from backwright.values import Choice, Question

# Questions about words that a plan has no place for, and what a plan makes or changes.
_LEFT_OUT = ("unclear", "leftover", "lost", "clash")
_CHANGING = ("add resource", "add field", "add relation")
_WRITTEN = re.compile(r"(?:Resource [A-Z]\w*|New project it):?\.?")


def likely_plan(forms: Sequence[Cleared], asked: Asked, plan_of: PlanOf, answers: Answers) -> Plan:
    """Return the plan of a text, or one that is likelier what the text asks for; else what its first form comes to.

    Answers, and `--yes`, are for what is asked where no form gives a plan: they never choose the form, and `stop` is final.

    Args:
        forms: The text with more of its remarks left aside, or with fewer.
        asked: What the text asks for, by its words.
        plan_of: Returns the plan of a form, or raises what is to be asked.
        answers: Answers to questions.
    """
    try:
        found: Plan | QuestionError = _first_plan(forms, plan_of)
    except QuestionError as error:
        found = error
    if isinstance(found, Plan) and (found.is_joined or is_sure(found, asked)):
        return found
    better = likelier(forms[0], found, asked, plan_of)
    if better is not None:
        found = _shown(forms[0], better)
    if isinstance(found, QuestionError):
        return _shown(forms[0], plan_of(forms[0], answers))
    if is_doubtful(found, asked):
        _ask_meant(found, asked, answers)
    return found


def _ask_meant(plan: Plan, asked: Asked, answers: Answers) -> None:
    """Ask whether a plan is meant that is hardly what its text asks for.

    Raises:
        QuestionError: it is not answered.
        UsageError: it is not meant.
    """
    others = sorted(asked.likely - plan.verbs)
    told = f" By its words it rather asks for: {', '.join(others)}." if others else ""
    question = Question(
        key="meant",
        text=f"Is this what is meant: {plan.commands}?",
        why=f"A text that is worded like this one mostly means something else.{told}",
        choices=(
            Choice("yes", "Go on with this plan.", "It may be another change than the one that was asked for."),
            replace(STOP, trade_off="Say it in other words, or as the command."),
        ),
        recommended=STOP.value,
    )  # fmt: skip
    if answers.to(question) == STOP.value:
        raise UsageError("nothing was done, as meant=stop asks")


def _first_plan(forms: Sequence[Cleared], plan_of: PlanOf) -> Plan:
    """Return the plan of the first form of a text that gives one without a question."""
    asked: BackwrightError | None = None
    tried: set[str] = set()
    for one in forms:
        if one.text in tried:
            continue
        tried.add(one.text)
        try:
            plan = plan_of(one, Answers())
            if asked is None or _goes_with(plan, forms[0], asked, plan_of):
                return _shown(one, plan)
        except (QuestionError, UsageError) as error:
            asked = error if _is_none_but_foreign(asked, error) else asked or error
            if any(grave in str(error) for grave in (*GRAVE, *HARM)):
                raise
    assert asked is not None  # noqa: S101 - there is at least one form
    raise asked


def _goes_with(plan: Plan, form: Cleared, asked: BackwrightError, plan_of: PlanOf) -> bool:
    """Tell whether a plan makes what the first form of its text makes, if that only asks what to do with some words."""
    if isinstance(asked, QuestionError) and asked.question.key.startswith("type-"):
        return any(one.verb not in JUDGES for one in plan.steps)  # `a status enum, with tests`
    if not isinstance(asked, QuestionError) or asked.question.key not in _LEFT_OUT:
        return True
    try:
        first = plan_of(form, Answers(dict.fromkeys(_LEFT_OUT, "leave-out")))
    except (QuestionError, UsageError):
        return True
    return _made(plan) == _made(first)


def _made(plan: Plan) -> set[str]:
    """Return the names of what a plan makes, and of what gets fields or relations."""
    told = {args[0] for one in plan.steps if one.verb in _CHANGING and (args := one.args)}
    return told | {
        value.split()[0] for one in plan.steps for name, value in one.options if name == "resource"
    }


def _shown(form: Cleared, plan: Plan) -> Plan:
    """Return a plan that also shows what of its text was left aside before, and no line that the layout wrote."""
    aside = (one for one in plan.aside if not _WRITTEN.fullmatch(one) or one in form.text)
    return replace(plan, aside=(*aside, *form.aside))


def _is_none_but_foreign(asked: BackwrightError | None, error: BackwrightError) -> bool:
    """Tell whether all that is no remark lies outside, where a remark was taken for a part that can be done."""
    is_part = isinstance(asked, QuestionError) and asked.question.key == "part"
    return is_part and isinstance(error, UsageError)
