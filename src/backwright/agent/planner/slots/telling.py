"""What is known while a statement is read, segment by segment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.state import Entity, State
from backwright.agent.planner.whole.told import Reading


@dataclass
class Telling:
    """What is known while the segments of a statement are read.

    Attributes:
        reading: What the statements before it have told.
        clause: The statement.
        spoken: The resource that was spoken of before it.
        target: The resource that is spoken of now.
        waiting: What was said of a field before its name.
        named: Whether a field was named.
        placed: Whether the segment before puts something on a model.
        literals: Field words that are written as such, by name.
        lost: What nothing explains.
    """

    reading: Reading
    clause: Clause
    spoken: Entity | None = None
    target: Entity | None = None
    waiting: list[Attribute] = field(default_factory=list)
    named: bool = False
    placed: bool = False
    literals: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def state(self) -> State:
        """What was understood so far."""
        return self.reading.state

    def take_literal(self, match: re.Match[str]) -> str:
        """Keep a field word that is written as the command line takes it, and leave its name."""
        name = match[0].partition(":")[0]
        self.literals[name] = match[0]
        return f"; `{name}`;"

    def known(self, text: str) -> bool:
        """Tell whether words name a resource."""
        low = text.replace("_", " ")
        return self.state.find(low) is not None or self.state.find_ahead(low) is not None

    def turn_to(self, entity: Entity) -> None:
        """Speak of a resource from now on, which the text asks something for."""
        entity.asked = True
        self.target = self.state.speak_of(entity)
