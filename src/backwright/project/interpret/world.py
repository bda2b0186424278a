"""What one reading shares: the modules, the budget, and everything that was seen on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from backwright.project.interpret.values import (
    Call,
    Class,
    External,
    Frame,
    Function,
    Instance,
    Module,
    Unknown,
)
from backwright.project.interpret.witness import Witness
from backwright.project.modules import Modules
from backwright.project.types import Unresolved

STEPS = 3_000_000
STEPS_OF_A_CALL = 200_000
STEPS_OF_A_START = 20_000
STEPS_OF_A_REQUEST = 4_000
DEEPEST = 60
DEEPEST_OF_A_REQUEST = 10

Read = TypeVar("Read")
Other = TypeVar("Other")
Handler = Callable[[Call, External], object]


@dataclass(eq=False)
class World:
    """The state of one reading of one project.

    `examples` is what the project's `.env.example` shows for a variable, and which file that is.
    `anonymous` is set while a dependency is followed as a request without credentials would.
    """

    modules: Modules
    environment: Callable[[str], str | None]
    examples: Callable[[str], tuple[str, str] | None] = lambda _: None
    live_includes: bool = True
    entry_points: dict[str, dict[str, str]] = field(default_factory=dict)
    pins: dict[str, tuple[int, ...]] = field(default_factory=dict)
    calls: dict[str, Handler] = field(default_factory=dict)
    classes: list[Class] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    stack: list[Function] = field(default_factory=list)
    roots: list[Module] = field(default_factory=list)
    steps: int = STEPS
    anonymous: bool = False
    witness: Witness | None = None
    deepest: int = DEEPEST

    @property
    def notes(self) -> bool:
        """Whether places that cannot be settled are noted: not while a request is followed."""
        return not self.anonymous and self.witness is None

    def note(self, module: Module, line: int, why: str) -> None:
        """Keep a place that could not be settled (once)."""
        if self.notes:
            self.unresolved.setdefault(Unresolved(module.file, line, why))

    def guarded(
        self, read: Callable[[], Read], without: Other, place: tuple[str, int] = (".", 0)
    ) -> Read | Other:
        """Return what reading one part gives; a part that cannot be read is noted and left out."""
        try:
            return read()
        except Exception as error:  # the rest of the project is still worth telling
            why = f"this could not be read: {type(error).__name__}: {error}"
            self.unresolved.setdefault(Unresolved(*place, why))
            return without

    def spend(self) -> bool:
        """Count one step; tell whether the budget still holds."""
        self.steps -= 1
        return self.steps > 0


def imported_files(world: World) -> set[str]:
    """Return the files that running the roots imports; not those only type checkers import."""
    found: set[str] = set()
    waiting = list(world.roots)
    while waiting:
        module = waiting.pop()
        if module.file not in found:
            found.add(module.file)
            waiting.extend(module.imports)
    return found


def module_frame(world: World, module: Module) -> Frame:
    """Return the frame in which a module's own code runs."""
    return Frame(world, module, module.names, "module")


def unknown_variable(name: str) -> Unknown:
    """Return the value of an environment variable that has no default and is not set."""
    return Unknown(f"the environment variable {name} has no value here", unset=True)
