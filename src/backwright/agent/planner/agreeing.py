"""Two readings of one text: by the frames of its clauses, and as a whole; what stands after both is the plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.compose import HARM, compose
from backwright.agent.planner.foreign import GRAVE
from backwright.agent.planner.questions import ask_unclear
from backwright.agent.planner.state import State
from backwright.agent.planner.types import JUDGES, Plan
from backwright.agent.planner.whole.proof import lost_of
from backwright.errors import QuestionError, UsageError

_LEFT = ("unclear", "leftover")  # questions about words that a plan has no place for
_TYPED = ("new", "add resource", "add field")
_TYPES = ("type", "money", "decimal", "enum", "ref", "many")
_DESCRIBED = ("new", "add resource", "add field", "add relation")


def agreed(by_frames: Callable[[], State], *readings_of_whole: Callable[[], State]) -> Plan:
    """Return the plan that a text means.

    What one reading understood and the other did not is taken from the one that did; where both
    made a plan and they differ, that is taken which holds all that the text says.

    Args:
        by_frames: Reads the text clause by clause.
        readings_of_whole: Read the text as a whole; the first is trusted most.

    Raises:
        UsageError: nothing of the text can be done, or it asks for harm.
        QuestionError: something is open.
    """
    first, *further = readings_of_whole
    readings = (by_frames, *readings_of_whole)
    try:
        joined = _joined(first, lambda: _joined_all(by_frames, further))
    except QuestionError as error:
        plan = _common(readings_of_whole) if error.question.key in _LEFT else None
        if plan is None and error.question.key != "part":
            plan = _of_most(readings)
        if plan is None:
            raise
        return plan
    most = _of_most(readings)
    if most is None or _judges(most) != _judges(joined) or _made(most) < _made(joined):
        return joined
    return most if _fields(most) >= _fields(joined) else joined


def _of_most(readings: Sequence[Callable[[], State]]) -> Plan | None:
    """Return the plan of what is described that more than one reading makes, and that loses nothing; else None."""
    made: list[tuple[State, Plan]] = []
    for read in readings:
        state = read()
        with suppress(QuestionError, UsageError):
            made.append((state, compose(state)))
    for at, (state, plan) in enumerate(made):
        if not any(step.verb in _TYPED for step in plan.steps):
            continue
        twins = [one for one, other in made[at + 1 :] if _same(plan, other)]
        if twins and not any(_loses(plan, one) for one in (state, *twins)):
            return plan
    return None


def _loses(plan: Plan, state: State) -> bool:
    """Tell whether a plan lacks something that a reading's statements say, or has fewer fields than they have types."""
    types = sum(one.kind in _TYPES for said in state.described for one in spot(said, state.forms()))
    fields = _fields(plan)
    related = sum(step.verb == "add relation" for step in plan.steps)
    return bool(lost_of(state.described, plan, state.forms())) or types > fields + related


def _common(readings: Sequence[Callable[[], State]]) -> Plan | None:
    """Return the plan that every reading of the whole makes; None where they differ, or one asks.

    It describes nothing: of capabilities the frames leave over what the others know how to explain.
    """
    try:
        plans = [compose(read()) for read in readings]
    except (QuestionError, UsageError):
        return None
    one = plans[0]
    is_common = all(_same(one, other) for other in plans)
    return one if is_common and not any(s.verb in _DESCRIBED for s in one.steps) else None


def _joined_all(by_frames: Callable[[], State], further: Sequence[Callable[[], State]]) -> Plan:
    if not further:
        return compose(by_frames())
    first, *rest = further
    return _joined(first, lambda: _joined_all(by_frames, rest))


def _joined(as_whole: Callable[[], State], others: Callable[[], Plan]) -> Plan:
    """Return the plan of one reading of the whole and of what the other readings made."""
    state, plan = _whole(as_whole)
    try:
        frames = others()
    except QuestionError:
        if plan is None:
            raise
        return plan
    except UsageError as error:
        if plan is None or any(one in error.message for one in (*GRAVE, *HARM)):
            raise
        return plan
    if plan is not None and not _same(frames, plan):
        return _fuller(frames, plan, state)
    lost = lost_of(state.described, frames, state.forms()) if plan is None else ()
    if named := [one for one in lost if re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)+", one)]:
        ask_unclear(state, tuple(dict.fromkeys(named)), "lost")
    return frames


def _whole(as_whole: Callable[[], State]) -> tuple[State, Plan | None]:
    """Return what the reading of the whole tells, and its plan where nothing of it is open or lost."""
    state = as_whole()
    if state.project is None and not any(one.drafts for one in state.entities):
        return state, None  # it describes nothing: the frames know better what it asks for
    try:
        plan = compose(state)
    except (QuestionError, UsageError):
        return state, None
    describes = any(step.verb in _DESCRIBED for step in plan.steps)
    lost = lost_of(state.described, plan, state.forms())
    return state, plan if describes and not lost else None


def _fuller(frames: Plan, plan: Plan, state: State) -> Plan:
    """Return the plan that holds more of the text; of two that hold as much, the one that names as the text names."""
    if _judges(frames) != _judges(plan):
        return frames  # a story that was taken for a failure
    if lost_of(state.described, frames, state.forms()) or _refers_twice(frames):
        return plan
    called = {one.name for one in state.entities if one.is_sure}
    if _made(plan) != _made(frames):
        sure = bool(called) or state.project is not None
        return plan if _made(plan) > _made(frames) and sure else frames
    if len(_words(plan)) != len(_words(frames)):
        return max((frames, plan), key=lambda one: len(_words(one)))
    return (
        plan if any(word in called for word in set(_words(plan)) - set(_words(frames))) else frames
    )


def _words(plan: Plan) -> list[str]:
    return [word for one in plan.steps for word in (one.verb, *one.words)]


def _fields(plan: Plan) -> int:
    return sum(":" in word for word in _words(plan))


def _made(plan: Plan) -> int:
    """Return how many resources a plan makes."""
    of_new = sum(name == "resource" for one in plan.steps for name, _ in one.options)
    return of_new + sum(one.verb == "add resource" for one in plan.steps)


def _judges(plan: Plan) -> set[str]:
    return {one.verb for one in plan.steps if one.verb in JUDGES}


def _refers_twice(plan: Plan) -> bool:
    """Tell whether a resource refers to one model by `note` and by `note_id`."""
    for step in plan.steps:
        refs = [word.split(":")[:3] for word in step.words if ":ref:" in word]
        names = {(name.removesuffix("_id"), target) for name, _, target in refs}
        if len(names) < len(refs):
            return True
    return False


def _same(left: Plan, right: Plan) -> bool:
    """Tell whether two plans are the same, whatever is said of where their parts came from."""
    return _bare(left) == _bare(right)


def _bare(plan: Plan) -> list[tuple[str, frozenset[str]]]:
    return [(one.verb, frozenset(one.words)) for one in plan.steps]
