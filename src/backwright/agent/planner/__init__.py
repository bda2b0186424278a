"""A task in plain words becomes a plan of the engine's tasks, a question, or a refusal."""

from __future__ import annotations

from backwright.agent.planner.reading import plan_task
from backwright.agent.planner.types import Part, Plan, Step, World
from backwright.agent.planner.world import read_world

__all__ = ["Part", "Plan", "Step", "World", "plan_task", "read_world"]
