"""Two readings of one text: by the frames of its clauses, and as a whole; what stands after both is the plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.compose import HARM, compose
from backwright.agent.planner.foreign import GRAVE
from backwright.agent.planner.questions import ask_unclear
from backwright.agent.planner.state import Relation, State
from backwright.agent.planner.types import JUDGES, Plan
from backwright.agent.planner.whole.proof import lost_of
from backwright.errors import QuestionError, UsageError
from backwright.spec.names import names_of

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
    frames = _read(by_frames)
    wholes = [_read(one) for one in readings_of_whole]
    return _with_owners(_agreed(frames, wholes), [frames, *wholes])


def _with_owners(plan: Plan, readings: Sequence[_Reading]) -> Plan:
    """Return a plan in which rows are whose some reading heard that they are, unless readings differ."""
    if _made(plan) != 1:
        return plan  # of several, it may be said of one
    made = [step for one in readings if one.plan for step in one.plan.steps]
    steps = []
    for step in plan.steps:
        heard = {
            one.option("owner")
            for one in made
            if one.verb == "add resource" and one.args[:1] == step.args[:1]
        }
        told = heard - {None}
        if step.verb == "add resource" and step.option("owner") is None and len(told) == 1:
            step = replace(step, options=(*step.options, ("owner", str(*told))))
        steps.append(step)
    return replace(plan, steps=tuple(steps))


def _agreed(frames: _Reading, wholes: list[_Reading]) -> Plan:
    """Return the plan that the readings of a text come to."""
    if foreign := _foreign(frames, wholes):
        raise foreign
    wholes = [one for one in wholes if not _invents(one)]
    if not wholes:
        return _plan_of(frames)
    try:
        joined = _joined(wholes, frames)
    except QuestionError as error:
        plan = _common(wholes) if error.question.key in _LEFT else None
        if plan is None and error.question.key != "part":
            plan = _of_most([frames, *wholes])
        if plan is None:
            raise
        return plan
    most = _of_most([frames, *wholes])
    if most is None or _judges(most) != _judges(joined) or _made(most) < _made(joined):
        return joined
    return most if _fields(most) >= _fields(joined) else joined


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a reading understood, and the plan of it, or why there is none."""

    state: State
    plan: Plan | None
    error: QuestionError | UsageError | None = None


def _read(read: Callable[[], State]) -> _Reading:
    state = read()
    try:
        return _Reading(state, compose(state))
    except (QuestionError, UsageError) as error:
        return _Reading(state, None, error)


def _plan_of(reading: _Reading) -> Plan:
    if reading.error is not None:
        raise reading.error
    assert reading.plan is not None  # noqa: S101 - a reading has the one or the other
    return reading.plan


def _invents(reading: _Reading) -> bool:
    """Tell whether a reading makes a resource of what is only to be done: `we want to jot things down`."""
    made = [one for one in reading.state.entities if not one.thing and not one.is_sure]
    for names in [names_of(one.name) for one in made]:
        forms = "|".join((names.pascal, names.plural_pascal, names.human, names.plural_human))
        said = re.findall(rf"(?i)(\w*)\W+(?:{forms})\b", reading.state.said)
        if said and all(one.lower() == "to" for one in said):
            return True
    return False


def _foreign(frames: _Reading, wholes: Sequence[_Reading]) -> UsageError | None:
    """Return why a text is refused of which no reading understood a part that can be done, though one took a noun for it."""
    error = frames.error
    if not isinstance(error, QuestionError) or error.question.key != "part":
        return None
    state = frames.state
    typed = any(draft.said for one in state.entities for draft in one.drafts)
    if typed or state.capable or len(state.entities) < len(state.acts) or not frames.state.refused:
        return None
    refusals = [
        one.error for one in wholes if isinstance(one.error, UsageError) and one.state.refused
    ]
    return refusals[0] if refusals and len(refusals) == len(wholes) else None


def _of_most(readings: Sequence[_Reading]) -> Plan | None:
    """Return the plan of what is described that more than one reading makes, and that loses nothing; else None."""
    made = [(one.state, one.plan) for one in readings if one.plan is not None]
    for at, (state, plan) in enumerate(made):
        if not any(step.verb in _TYPED for step in plan.steps):
            continue
        if any(_lacks_relation(plan, one.state) for one in readings):
            continue
        twins = [one for one, other in made[at + 1 :] if _same(plan, other)]
        if twins and not any(_loses(plan, one) for one in (state, *twins)):
            return plan
    return None


def _lacks_relation(plan: Plan, state: State) -> bool:
    """Tell whether a reading knows of two resources how they relate, and the plan, which has both, does not relate them."""
    words = _words(plan)
    for one in state.acts:
        if not isinstance(one, Relation) or one.kind is None:
            continue
        ends = {one.left, one.right}
        related = any(ends <= set(step.words) for step in plan.steps if step.verb == "add relation")
        refers = any(word.split(":")[2:3] == [end] for word in words for end in ends)
        if not related and not refers and ends & set(words):
            return True
    return False


def _loses(plan: Plan, state: State) -> bool:
    """Tell whether a plan lacks something that a reading's statements say, or has fewer fields than they have types."""
    types = sum(one.kind in _TYPES for said in state.described for one in spot(said, state.forms()))
    fields = _fields(plan)
    related = sum(step.verb == "add relation" for step in plan.steps)
    return bool(lost_of(state.described, plan, state.forms())) or types > fields + related


def _common(readings: Sequence[_Reading]) -> Plan | None:
    """Return the plan that every reading of the whole makes; None where they differ, or one asks.

    It describes nothing: of capabilities the frames leave over what the others know how to explain.
    """
    one = readings[0].plan
    if one is None or any(step.verb in _DESCRIBED for step in one.steps):
        return None
    return one if all(r.plan is not None and _same(one, r.plan) for r in readings) else None


def _joined(wholes: Sequence[_Reading], frames: _Reading) -> Plan:
    """Return the plan of the first reading of the whole and of what the other readings made."""
    if not wholes:
        return _plan_of(frames)
    state, plan = wholes[0].state, _described(wholes[0])
    try:
        others = _joined(wholes[1:], frames)
    except QuestionError as error:
        if plan is None or _leaves_wished(state, error.question.key):
            raise
        return plan
    except UsageError as error:
        if plan is None and (asked := _order_beside_owner(wholes, frames)):
            raise asked from error
        if plan is None or any(one in error.message for one in (*GRAVE, *HARM)):
            raise
        return plan
    if plan is not None and not _same(others, plan):
        return _fuller(others, plan, state)
    lost = lost_of(state.described, others, state.forms()) if plan is None else ()
    if named := [one for one in lost if re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)+", one)]:
        ask_unclear(state, tuple(dict.fromkeys(named)), "lost")
    return others


def _order_beside_owner(wholes: Sequence[_Reading], frames: _Reading) -> QuestionError | None:
    """Return what is to be asked of a text that the frames took for one about owners, and the others for an order."""
    asked = [one.error for one in wholes if isinstance(one.error, QuestionError)]
    if [kind for kind, _ in frames.state.capable] != ["owner"] or len(asked) < len(wholes):
        return None
    return asked[0]


def _leaves_wished(state: State, key: str) -> bool:
    """Tell whether a reading left aside a wish for the field whose type is asked for: `tasks need a colour`."""
    name = re.escape(key.removeprefix("type-").replace("_", " "))
    wish = rf"(?i)\b(?:needs?|lacks?|(?:should|must|shall) (?:have|get)) (?:an? |the )?{name}\b"
    return key.startswith("type-") and any(re.search(wish, one) for one in state.aside)


def _described(reading: _Reading) -> Plan | None:
    """Return the plan of a reading that describes something, where nothing of it is open or lost.

    Of what describes nothing the frames know better what it asks for.
    """
    state, plan = reading.state, reading.plan
    described = state.project is not None or any(one.drafts for one in state.entities)
    if plan is None or not described or not any(s.verb in _DESCRIBED for s in plan.steps):
        return None
    return None if lost_of(state.described, plan, state.forms()) else plan


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
