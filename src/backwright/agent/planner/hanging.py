"""What is said of something else: on what it is, is asked where no reading of the text tells."""

from __future__ import annotations

import re
from dataclasses import replace

from backwright.agent.planner.drafts import snake
from backwright.agent.planner.lexicon import lexicon
from backwright.agent.planner.questions import ask_place_of
from backwright.agent.planner.state import Entity, State
from backwright.agent.planner.types import Plan, Step, World
from backwright.tasks.questions import Answers


def placed(plan: Plan, world: World, answers: Answers) -> Plan:
    """Return a plan in which comments, reviews and the like refer to what they are on.

    Raises:
        QuestionError: the text does not say on what they are.
    """
    if world.is_empty or any(step.verb == "add relation" for step in plan.steps):
        return plan
    state = State(world, answers)
    steps = tuple(_placed(step, state) if _hangs(step) else step for step in plan.steps)
    return replace(plan, steps=steps, understood=(*plan.understood, *state.parts))


def _hangs(step: Step) -> bool:
    if step.verb != "add resource" or not step.args:
        return False
    refers = any(re.search(r":(?:ref|many):", word) for word in step.args[1:])
    return not refers and step.args[0].lower() in lexicon("nouns")["hanging"]


def _placed(step: Step, state: State) -> Step:
    entity = Entity(step.args[0], source=step.args[0])
    ask_place_of(state, entity)
    words = [f"{snake(name)}:ref:{name}" for d in entity.drafts if (name := str(d.said["thing"]))]
    return replace(step, args=(*step.args, *words))
