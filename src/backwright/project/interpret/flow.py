"""How the following of a block or a call can end."""

from __future__ import annotations

from enum import Enum, auto


class Flow(Enum):
    """How a block ended."""

    NEXT = auto()
    STOPPED = auto()
    BROKEN = auto()
    CONTINUED = auto()


class Raised(Exception):  # noqa: N818 - it is the program's error, not ours
    """The program certainly raises here."""

    def __init__(self, value: object, line: int) -> None:
        """Keep what is raised, and where."""
        super().__init__(line)
        self.value = value
        self.line = line
