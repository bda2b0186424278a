"""What has been understood so far: resources, relations, other steps, and what is not clear yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from backwright.agent.planner.drafts import Draft
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.types import Part, Step, Thing, World
from backwright.spec.names import names_of, pluralize, singularize, split_words
from backwright.tasks.questions import Answers

# Options of which a step has as many as are said.
_SEVERAL = frozenset({"origin"})


@dataclass
class Entity:
    """A resource that is spoken of: one of the project's, or one to be made.

    Attributes:
        name: In PascalCase, singular.
        thing: The model, if the project has it.
        drafts: The fields that it is to get.
        owner: `user`, `none`, or None where nothing is said.
        source: The words that brought it up.
        loose: What was said before any field: it may be of a field, not of a resource.
        asked: Whether the text asked for it, and did not just mention it.
        plural: Whether it was named in the plural.
        is_sure: Whether the text calls it a resource.
    """

    name: str
    thing: Thing | None = None
    drafts: list[Draft] = field(default_factory=list)
    owner: str | None = None
    owner_source: str = ""
    source: str = ""
    loose: bool = False
    asked: bool = True
    plural: bool = False
    is_sure: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        """The names that a text may give it."""
        if self.thing:
            return self.thing.forms
        names = names_of(self.name)
        human = names.human.lower()
        return (
            human,
            names.plural_human.lower(),
            self.name.lower(),
            names.snake,
            names.plural_snake,
            names.plural_pascal.lower(),
            human.replace(" ", "-"),
        )

    @property
    def called(self) -> tuple[str, ...]:
        """Its names where it is the subject: `a list` is enough for a shopping list."""
        if self.thing or " " not in self.forms[0]:
            return self.forms
        return (*self.forms, self.forms[0].split()[-1], self.forms[1].split()[-1])


@dataclass
class Relation:
    """What is known of how two resources relate; `ordered` where the text orders it as a step."""

    left: str
    right: str
    kind: str | None
    source: str
    ordered: bool = False


@dataclass
class State:
    """The understanding as it grows, clause by clause.

    `doubts` are asked when the whole text is read: the first first; `wishes` are doubts that do not
    even say what for. `refused` are the parts that are
    outside of what the engine does, with what they are about. `described` are the clauses from which
    resources, fields and relations were read, `capable` the others, with the frame that read each. `elsewhere` are stretches of
    a description that say how another resource is related. `ahead` are resources that the text makes
    further on, `owners_ahead` whose their rows are, where it was said before. `beside` are remarks that were left aside before the reading.
    """

    world: World
    answers: Answers
    pasted: str = ""
    said: str = ""
    beside: str = ""
    entities: list[Entity] = field(default_factory=list)
    current: Entity | None = None
    acts: list[Entity | Relation | Step] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[Callable[[State], None]] = field(default_factory=list)
    wishes: list[Callable[[State], None]] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    project: Step | None = None
    many: list[tuple[str, str, str]] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    capable: list[tuple[str, str]] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    ahead: tuple[str, ...] = ()
    owners_ahead: dict[str, tuple[str, str]] = field(default_factory=dict)

    def forms(self) -> tuple[str, ...]:
        """Every name that a reference may use, also those of resources that the text makes later."""
        later = [form for name in self.ahead for form in Entity(name).forms]
        return tuple(dict.fromkeys((*self.spoken(), *later)))

    def spoken(self) -> tuple[str, ...]:
        """Every name of the project's models, and of resources that were spoken of so far."""
        of_project = [form for thing in self.world.things for form in thing.forms]
        return (*of_project, *(form for one in self.entities for form in one.forms))

    def find_short(self, words: str) -> str | None:
        """Return the one new resource that a part of its name stands for: `images` of ProductImage."""
        low = words.lower().strip("`\"' ")
        found = [one.name for one in self.entities if not one.thing and low in one.called]
        return found[0] if len(found) == 1 else None

    def find_ahead(self, words: str) -> str | None:
        """Return the name of the resource that the text makes later and that words name."""
        low = words.lower().strip("`\"' ")
        exact = next((name for name in self.ahead if low in Entity(name).forms), None)
        short = [name for name in self.ahead if low in Entity(name).called]
        return exact or (short[0] if len(short) == 1 else None)

    def people(self) -> tuple[str, ...]:
        """Names of resources that are not the users who sign in, though people may be called so."""
        own = [t for t in self.world.things if t.name != self.world.user]
        made = [e for e in self.entities if not e.thing]
        called = pattern(r"^(?:<USER>)$")
        forms = [f for thing in own for f in thing.forms] + [f for one in made for f in one.forms]
        return tuple(f for f in forms if called.match(f))

    def find(self, words: str) -> Entity | None:
        """Return the resource that words name: one spoken of, else one of the project's."""
        low = words.lower().strip("`\"' ")
        for one in self.entities:
            if low in one.forms:
                return one
        thing = self.world.thing(low)
        return Entity(thing.name, thing, source=words, asked=False) if thing else None

    def target(self, words: str) -> str:
        """Return the model's name that words refer to."""
        found = self.find(words)
        return found.name if found else self.find_ahead(words) or pascal(words)

    def speak_of(self, entity: Entity) -> Entity:
        """Make a resource the one that is spoken of now, and keep it if it is new here."""
        if entity not in self.entities:
            self.entities.append(entity)
            self.acts.append(entity)
        self.current = entity
        return entity

    def step(
        self,
        verb: str,
        source: str,
        *args: str,
        options: tuple[tuple[str, str], ...] = (),
        log: str = "",
    ) -> None:
        """Add a step, once: the same twice is one; what is said more precisely wins."""
        for at, one in enumerate(self.acts):
            if (
                isinstance(one, Step)
                and one.verb == verb
                and (not args or not one.args or one.args == args)
                and not _elsewhere(one.option("route"), dict(options).get("route"))
            ):
                again = {name for name, _ in options} - _SEVERAL
                earlier = [option for option in one.options if option[0] not in again]
                merged = tuple(dict.fromkeys((*earlier, *options)))
                self.acts[at] = Step(verb, one.args or args, merged, one.log or log)
                self.parts.append(Part(verb, f"your words: {source!r}"))
                return
        self.acts.append(Step(verb, args, options, log))
        self.parts.append(Part(" ".join((verb, *args)), f"your words: {source!r}"))


def _elsewhere(one: str | None, other: str | None) -> bool:
    """Tell whether two steps are for two routes."""
    return bool(one and other and one != other)


def is_plural(words: str) -> bool:
    """Tell whether a noun stands in the plural."""
    last = (split_words(words) or ["x"])[-1].lower()
    return singularize(last) is not None and pluralize(last) == last
