"""What all endpoints of a project are judged on: its models, its users, what is known by now."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from backwright.project.interpret.world import World
from backwright.project.ownership.callers import ModelIndex
from backwright.project.ownership.looking import Seen
from backwright.project.types import Model

STEPS_OF_ALL = 250_000


@dataclass(frozen=True, slots=True)
class Followed:
    """What a dependency gave and did; `target` is kept, so that its likeness stays its own."""

    target: object
    value: object
    did: Seen


@dataclass(slots=True, eq=False)
class Ground:
    """The models of a project, and what endpoints share while they are followed.

    `callers` are the dependencies that give the caller whatever is asked, `followed` what others
    did that give no object and take nothing of what one request says, `steps` is what is left of
    the budget for all endpoints.
    """

    world: World
    index: ModelIndex
    user: Model
    models: tuple[Model, ...]
    callers: dict[tuple[int, ...], object] = field(default_factory=dict)
    followed: dict[Hashable, Followed] = field(default_factory=dict)
    steps: int = STEPS_OF_ALL
