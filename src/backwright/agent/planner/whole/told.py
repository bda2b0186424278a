"""What the statements of a text have told so far, and by which names they call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.state import Entity, State
from backwright.agent.planner.whole.heads import is_noun


@dataclass(frozen=True, slots=True)
class Manner:
    """How statements that describe fields are read.

    Attributes:
        describe: Reads one.
        describes: Tells whether one does.
        noun: Returns what a statement announces that describes no field.
    """

    describe: Callable[[Clause, Reading], None]
    describes: Callable[[str, State], bool]
    noun: Callable[[str, State], str]


@dataclass
class Reading:
    """What the statements have told so far.

    Attributes:
        state: What was understood.
        manner: How statements that describe fields are read.
        title: A noun that was announced, and waits for its fields.
        waiting: Fields that were told before the resource was named.
        mode: The part of a ticket that is being read: `background`, `criteria`, or none.
        owner: Whose all rows are, where it was said before any resource.
    """

    state: State
    manner: Manner
    title: str = ""
    title_source: str = ""
    mode: str = ""
    host: Entity | None = None
    named: frozenset[str] = frozenset()
    inside: bool = False
    pending: tuple[str, Entity, Clause] | None = None
    owners: list[tuple[str, str, list[Entity]]] = field(default_factory=list)
    stories: list[Clause] = field(default_factory=list)


def model_names(state: State) -> list[str]:
    """Return every name of the project's models."""
    return [form for thing in state.world.things for form in (thing.name, *thing.forms)]


def all_names(state: State) -> list[str]:
    """Return every name of resources and fields, which may be called as they like."""
    return [*made_names(state), *(d.name for e in state.entities for d in e.drafts)]


def made_names(state: State) -> list[str]:
    """Return every name of what the text makes."""
    made = [Entity(name) for name in state.ahead] + [e for e in state.entities if not e.thing]
    names = [form for one in made for form in one.called]
    return [n for n in names if is_noun(n.split()[-1]) or n[0].isupper() or len(n) > 2]
