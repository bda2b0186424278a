"""What a planner speaks of: steps, their parts and where each came from."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from backwright.values import Place

Options = tuple[tuple[str, str], ...]
LOGIN = "login"  # stands for the path of whatever signs people in
_SIGNS_IN = re.compile(r"(?i)/(?:log-?in|token|sign-?in|access-token)(?:/access-token)?/?$")
JUDGES = ("inspect", "audit", "probe", "doctor")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a plan, and where it came from: words of the text, a fact, or a default."""

    part: str
    source: str


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the engine.

    Attributes:
        verb: The command: `add resource`, `probe`.
        args: Its arguments, as they are typed.
        options: Its options, without dashes; one without a value is a flag.
        log: What was pasted, for `doctor`.
    """

    verb: str
    args: tuple[str, ...] = ()
    options: Options = ()
    log: str = ""

    @property
    def changes(self) -> bool:
        """Whether the step writes to the project."""
        names = dict(self.options)
        return self.verb not in JUDGES or "write-tests" in names or "fix" in names

    @property
    def words(self) -> tuple[str, ...]:
        """The names, field words and kinds that it was given, without options."""
        if self.verb == "new":
            lines = (value for name, value in self.options if name == "resource")
            return tuple(word for line in lines for word in line.split())
        return self.args

    def option(self, name: str) -> str | None:
        """Return the value of an option, None where it is not given."""
        return dict(self.options).get(name)

    @property
    def command(self) -> str:
        """The command line that does the same."""
        words = ["backwright", *self.verb.split(), *(shlex.quote(one) for one in self.args)]
        for name, value in self.options:
            parts = value.split() if name == "route" else [value] if value else []
            words += [f"--{name}", *(shlex.quote(part) for part in parts)]
        if self.log:
            words += ["--log", "-"]
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, what each part came from, and what of the text was left aside.

    Attributes:
        steps: The commands, in their order.
        understood: What each part of them came from.
        aside: What of the text has no place in them.
        is_joined: Whether it is of several orders each of which is a plan alone.
    """

    steps: tuple[Step, ...]
    understood: tuple[Part, ...] = ()
    aside: tuple[str, ...] = ()
    is_joined: bool = False

    @property
    def verbs(self) -> frozenset[str]:
        """Its commands, each once: `add field`, `audit`."""
        return frozenset(one.verb for one in self.steps)

    @property
    def commands(self) -> str:
        """Its command lines as one text."""
        return "; ".join(one.command.removeprefix("backwright ") for one in self.steps)


@dataclass(frozen=True, slots=True)
class Thing:
    """A model of the project, by all the names that a text may give it."""

    name: str
    forms: tuple[str, ...]
    place: Place
    columns: tuple[str, ...] = ()
    is_owned: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """What a planner knows of the project.

    Attributes:
        things: Its models.
        user: The model of those who sign in, if there is one.
        guarded: Whether anybody signs in at all.
        is_empty: Whether there is no application and no model.
        endpoints: Methods and paths of its endpoints, and where it signs people in.
    """

    things: tuple[Thing, ...] = ()
    user: str | None = None
    guarded: bool = False
    is_empty: bool = False
    endpoints: tuple[tuple[str, str], ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of its endpoints, each once."""
        return tuple(dict.fromkeys(path for _, path in self.endpoints))

    @property
    def sign_in(self) -> tuple[str, str] | None:
        """Method and path of what signs people in, if there is such an endpoint."""
        ways = [(m, p) for m, p in self.endpoints if m == "POST" and _SIGNS_IN.search(p)]
        return min(ways, key=lambda way: len(way[1]), default=None)

    def thing(self, name: str) -> Thing | None:
        """Return a model by its name or another form of it."""
        low = name.lower()
        return next((t for t in self.things if low in t.forms or t.name.lower() == low), None)
