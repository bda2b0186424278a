"""Dividing a text into orders that each stand by themselves: `1. A field for tasks … 2. A resource …`, `… Also, …`.

A part that is a plan alone means the same beside others; what is said of all parts, or goes on from one to
the next, makes no plan alone, and then the text is read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from backwright.agent.planner.frames.lists import mention
from backwright.agent.planner.frames.sign_in import tells_of_no_sign_in
from backwright.agent.planner.layout.tree import BULLET, HEADING
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.phrases import FENCE
from backwright.agent.planner.state import Entity
from backwright.agent.planner.types import JUDGES, Plan, Step, Thing, World
from backwright.errors import QuestionError, UsageError
from backwright.values import Place

PlanOf = Callable[[str, World], Plan]
PlanAlone = Callable[[str, World], Plan | None]
_NOWHERE = Place("", 0)  # where a resource stands that an earlier part makes
_JOINS = re.compile(
    r"(?i)(?:(?:and )?(?:also|then|next|after that|afterwards|finally|besides|additionally|furthermore|in addition)"
    r"|second(?:ly)?|third(?:ly)?)\b[,:]?\s+(?=\S)"
)
# `First add a limit of …, then set CORS to …`
_ORDER = r"(?:(?:and )?then |first,? )(?:please )?(?=(?:<VERB>)\b)"
_CUTS = pattern(
    rf"\n\s*\n|\n(?={BULLET.pattern.removeprefix('^')})|(?<=[.!?)])\s+(?={_JOINS.pattern.removeprefix('(?i)')})|,?\s+(?={_ORDER})"
)
# `Two things please:` says only that parts follow.
_COUNTS = re.compile(
    r"(?i)(?:please )?(?:i (?:need|want|have) |we (?:need|want|have) )?(?:these |the following )?(?:two|three|four|five|some|a few|several|a couple of|[2-5])?"
    r" ?(?:small |more |quick |other |separate )*(?:things|tasks|requests|changes|points|items|orders|jobs|to-?dos)(?:,? please| for you| today)?:"
)
# What points to another part where it stands among the first words of one.
_POINTS_BACK = re.compile(
    r"(?i)\W*(?:\w+\W+){0,2}?(?:both|these|those|all of them|each of them|same|it|its|they|them|their|that one|above|below|former|latter)\b"
)
# `Are passwords stored safely?`, `Run the audit`: an order of its own, whatever stands beside it.
JUDGED = re.compile(
    r"(?i)^(?:please )?(?:run|do|start) (?:the |an? |your )?(?:\w+ ){0,2}(?:audit|probe|checks?|tests?|review|inspection)\b|^(?:audit|probe|review|inspect)\b"
    r"|^(?:are|is|do|does|which|what|how) [^.!:\n]*\?$"
)
_EMPTY_LINE = re.compile(r"\n\s*\n\s*$")
# What is said of all parts.
_OF_ALL = re.compile(
    r"(?i)^\W*(?:both|neither|all of (?:them|these|it)|all (?:three|four)|each of (?:them|these)|these|those|they)\b"
)
_MOST = 16  # pieces; a longer text is one prompt with much about one task


def divided(text: str, world: World, plan_of: PlanOf) -> Plan | None:
    """Return the plan of a text whose parts are each a plan, one after the other; None where it is one whole.

    Args:
        text: What the user wrote, without remarks.
        world: What is known of the project.
        plan_of: Returns the plan of a part, or raises what is to be asked.
    """
    pieces = [] if FENCE.search(text) else list(_pieces(text))
    if pieces and _COUNTS.fullmatch(pieces[0].strip()):
        pieces = pieces[1:]
    if not 2 <= len(pieces) <= _MOST or any(
        _is_open(one) or _OF_ALL.match(_bare(one)) for one in pieces
    ):
        return None
    once = cache(
        lambda part, there: _plan(part, there, plan_of)
    )  # both ways look at the same parts
    return _of_parts(pieces, world, once, opens=True) or _of_parts(pieces, world, once)


def _of_parts(
    pieces: Sequence[str], world: World, plan_alone: PlanAlone, *, opens: bool = False
) -> Plan | None:
    """Return the plan of pieces, of which one that is no plan alone belongs to the one before.

    Args:
        pieces: Stretches of a text, in their order.
        world: What is known of the project.
        plan_alone: Returns the plan of a part by itself, None where it is no part.
        opens: Whether a paragraph, or what begins with `Also`, begins a part though it is no plan alone.
    """
    plans: list[Plan] = []
    part, plan = "", None
    for piece in pieces:
        goes_on = _POINTS_BACK.match(_bare(piece))
        there = _with_made(world, plan) if plan else world
        alone = None if goes_on else plan_alone(piece, there)
        begins = alone is not None or (opens and not goes_on and _is_cut_off(part, piece))
        if plan is not None and begins:
            plans.append(plan)
            world = there
            part, plan = piece, alone
        else:
            part += piece
            plan = plan_alone(part, world) if part != piece else alone
    if plan is None or not plans:
        return None
    return _joined([*plans, plan])


def _is_cut_off(before: str, piece: str) -> bool:
    """Tell whether a piece stands in a paragraph of its own, or begins with `Also`; no point of a list is."""
    return bool(_JOINS.match(piece) or (_EMPTY_LINE.search(before) and not BULLET.match(piece)))


def _plan(part: str, world: World, plan_of: PlanOf) -> Plan | None:
    """Return the plan of a part that changes something and of which nothing is left; None where it is no part."""
    said = _bare(part)
    if tells_of_no_sign_in(said):
        return None
    try:
        plan = plan_of(said, world)
    except (QuestionError, UsageError):
        return None
    if plan.aside or (_only_judges(plan) and not JUDGED.search(said)):
        return None
    made = tuple(form for t in world.things if t.place == _NOWHERE for form in t.forms)
    goes_on = any(step.verb in ("add relation", "add field") for step in plan.steps)
    if goes_on and made and mention(said, made):
        return (
            None  # a field of what an earlier part makes, or a relation to it, belongs to that part
        )
    return plan


def _only_judges(plan: Plan) -> bool:
    """Tell whether a plan changes nothing, or looks for the cause of what a text only tells."""
    return all(step.verb in JUDGES for step in plan.steps)


def _bare(part: str) -> str:
    """Return a part without the mark of its point, and without `Also`."""
    mark = BULLET.match(part)
    part = part[mark.end() :] if mark else part
    joins = _JOINS.match(part) or pattern(_ORDER).match(part)
    return (part[joins.end() :] if joins else part).strip()


def _pieces(text: str) -> Iterator[str]:
    """Cut a text before points, behind empty lines, and before `Also`; together the pieces are the text."""
    at = 0
    for cut in _CUTS.finditer(text):
        if text[at : cut.end()].strip():
            yield text[at : cut.end()]
            at = cut.end()
    yield text[at:]


def _is_open(part: str) -> bool:
    """Tell whether a part is a heading, or announces what stands below it."""
    return part.rstrip().endswith(":") or any(HEADING.match(line) for line in part.split("\n"))


def _with_made(world: World, plan: Plan) -> World:
    """Return a world in which what a plan makes is there."""
    made = [
        Thing(step.args[0], Entity(step.args[0]).forms, _NOWHERE, is_owned=True)
        for step in plan.steps
        if step.verb == "add resource"
    ]
    return replace(world, things=(*world.things, *made))


def _joined(plans: list[Plan]) -> Plan | None:
    """Return one plan of several; None where two of them make the same resource."""
    steps: list[Step] = []
    made: set[str] = set()
    for plan in plans:
        for step in plan.steps:
            if not _merged(steps, step):
                steps.append(step)
        made |= {step.args[0] for step in plan.steps if step.verb == "add resource"}
    if len(made) < sum(step.verb == "add resource" for step in steps):
        return None
    understood = tuple(dict.fromkeys(part for plan in plans for part in plan.understood))
    return Plan(tuple(steps), understood, is_joined=True)


def _merged(steps: list[Step], step: Step) -> bool:
    """Tell whether a step is there already, or its fields were added to the step for the same resource."""
    if step in steps:
        return True
    for at, one in enumerate(steps):
        if step.verb == one.verb == "add field" and one.args[0] == step.args[0]:
            steps[at] = replace(one, args=tuple(dict.fromkeys((*one.args, *step.args))))
            return True
    return False
