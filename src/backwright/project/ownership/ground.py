"""What all endpoints of a project are judged on: its models, its users, what is known by now."""

from __future__ import annotations

from dataclasses import dataclass, field

from backwright.project.interpret.world import World
from backwright.project.ownership.callers import ModelIndex
from backwright.project.types import Model

STEPS_OF_ALL = 150_000


@dataclass(slots=True, eq=False)
class Ground:
    """The models of a project, and what endpoints share while they are followed.

    `callers` are the dependencies that give the caller whatever is asked, `steps` is what is
    left of the budget for all endpoints.
    """

    world: World
    index: ModelIndex
    user: Model
    models: tuple[Model, ...]
    callers: dict[tuple[int, ...], object] = field(default_factory=dict)
    steps: int = STEPS_OF_ALL
