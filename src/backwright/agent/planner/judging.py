"""How likely a plan is what its text asks for.

Which commands a text asks for is learnt from its words alone, apart from how the planner reads it, so that one can be
held against the other; what a text says of fields (optional, a default, bounds) is counted, and so it is in the plan.
How far these agree in plans that were right and in plans that were wrong when their texts were seen for the first time
is learnt, too (`training/plans.txt`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.leaning import features, score, weights
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.remarks import sentences
from backwright.agent.planner.types import Plan, Step, World
from backwright.spec.names import singularize, split_words

COMMANDS, PLANS = "commands", "plans"  # the files of weights
OPEN = "open"  # stands among the commands for texts that leave something open
VERBS = (
    "new", "add resource", "add field", "add relation", "add auth", "add cors", "add version", "add rate-limit",
    "add index", "add pagination", "probe", "doctor", "audit", "inspect", "undo",
)  # fmt: skip
Weights = Mapping[str, Mapping[str, float]]  # of each command, of each feature
_FACTS = ("optional", "unique", "index", "default", "enum", "ref", "many", "bounds", "cascade")
_BOUNDS = ("length", "range", "nonnegative", "positive")
_CALLED = re.compile(
    r"(?:[Rr]esource|[Mm]odel|[Ee]ntity|[Tt]able)s?:? (?:called |named )?[`\"']?([A-Z][a-z]\w+)|([A-Z][a-z]\w+)[`\"']? (?:resource|model|entity|table)\b"
)
_MISSED = 3.0  # log odds by which a plan is less likely for each resource that it lacks
_MOST = 6  # of log odds, and of what is counted


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text asks for, as far as its words tell.

    Attributes:
        wanted: The log odds of each command, and of `OPEN`.
        facts: How often it says something of a kind of a field.
        words: Its words, in small letters, in the singular.
        called: What it calls a resource that is not there: `a Refund resource`, `the model Refund`.
        numbers: Its numbers.
        length: How many words it has.
    """

    wanted: Mapping[str, float]
    facts: Mapping[str, int]
    words: frozenset[str]
    called: frozenset[str]
    numbers: frozenset[str]
    length: int

    @property
    def likely(self) -> frozenset[str]:
        """The commands that the text rather asks for than not."""
        return frozenset(one for one in VERBS if self.wanted[one] > 0)


def asked_in(text: str, world: World) -> Asked:
    """Return what a text asks for.

    Args:
        text: What the user wrote.
        world: What is known of the project.
    """
    return asked_with(text, world, _commands())


def asked_with(text: str, world: World, learnt: Weights) -> Asked:
    """Return what a text asks for by weights of commands; without any, all are as likely."""
    names = frozenset(form for thing in world.things for form in thing.forms)
    seen = signs(text, names, is_empty=world.is_empty)
    words = [part for one in re.findall(r"[A-Za-z]\w*", text) for part in split_words(one)]
    return Asked(
        {one: score(seen, learnt[one]) if one in learnt else 0.0 for one in (*VERBS, OPEN)},
        _said(text, names),
        frozenset(_singular(one) for one in words),
        frozenset(_called(text, names)),
        frozenset(re.findall(r"\d+(?:\.\d+)?", text)),
        len(words),
    )


def signs(text: str, names: Collection[str], *, is_empty: bool) -> frozenset[str]:
    """Return the words and pairs of words of a text, sentence by sentence."""
    found = {"empty"} if is_empty else {"project"}
    for line in text.split("\n"):
        for one in sentences(line):
            found |= features(one, names)
    return frozenset(found)


def odds(plan: Plan, asked: Asked) -> float:
    """Return the log odds that a plan is what its text asks for; what it calls a resource must be in it."""
    held = " ".join(word for step in plan.steps for word in step.words)
    missed = sum(one not in held for one in asked.called)
    return score(agreement(plan.steps, asked), weights(PLANS)) - _MISSED * missed


def agreement(steps: Sequence[Step], asked: Asked) -> frozenset[str]:
    """Return what tells how far a plan agrees with its text."""
    verbs = Counter(one.verb for one in steps)
    agrees = {one: asked.wanted[one] if one in verbs else -asked.wanted[one] for one in VERBS}
    least = sorted(agrees.values())
    found = {f"verb {one}:{min(3, count)}" for one, count in verbs.items()}
    found |= {f"differ:{sum(one < 0 for one in least)}", f"open:{_bucket(asked.wanted[OPEN])}"}
    found |= set(_up_to("least", 2 * least[0])) | set(_up_to("second", 2 * least[1]))
    found |= set(_up_to("all", sum(min(0.0, one) for one in least)))
    found |= {f"least:{_bucket(2 * least[0])}", f"second:{_bucket(2 * least[1])}"}
    found |= {f"steps:{min(_MOST, len(steps))}", f"length:{min(_MOST, asked.length // 20)}"}
    return frozenset(found | set(_of_facts(steps, asked)) | set(_of_names(steps)))


def _of_facts(steps: Sequence[Step], asked: Asked) -> Iterator[str]:
    """Yield how many of what a text says of fields a plan has more, or less."""
    made: Counter[str] = Counter()
    for word in _field_words(steps):
        made.update(_facts_of(word))
    for one in _FACTS:
        more = asked.facts.get(one, 0) - made[one]
        yield f"{one}:{max(-3, min(3, more))}"
        if more:
            yield f"{one}:{'more' if more > 0 else 'less'}"
    typed = asked.facts.get("typed", 0) - sum(1 for _ in _field_words(steps))
    yield f"typed:{max(-4, min(4, typed))}"
    told = set(re.findall(r"\d+(?:\.\d+)?", " ".join(one.command for one in steps)))
    yield f"numbers:{min(4, len(asked.numbers - told))}"


def _of_names(steps: Sequence[Step]) -> Iterator[str]:
    """Yield how many resources a plan makes, and how many of them have no fields."""
    made = [one.args[0] for one in steps if one.verb == "add resource" and one.args]
    made += [word for one in steps if one.verb == "new" for word in one.words if ":" not in word]
    yield f"made:{min(_MOST, len(made))}"
    bare = sum(one.verb == "add resource" and len(one.args) == 1 for one in steps)
    yield f"bare:{min(2, bare)}"


def _field_words(steps: Sequence[Step]) -> Iterator[str]:
    for one in steps:
        yield from (word for word in one.words if ":" in word)


def _facts_of(word: str) -> Iterator[str]:
    """Yield the kinds of what a field word says."""
    _, kind, *rest = word.split(":")
    if kind in ("enum", "ref", "many"):
        yield kind
    for one in rest:
        if one in ("optional", "unique", "index", "cascade"):
            yield one
        elif one.startswith("default="):
            yield "default"
        elif kind in ("str", "int", "float") and re.fullmatch(r"[\d.]+", one):
            yield "bounds"


def _said(text: str, names: Collection[str]) -> Mapping[str, int]:
    """Return how often a text says something of a kind."""
    kinds = [one.kind for one in spot(text, names)]
    count = Counter("bounds" if one in _BOUNDS else one for one in kinds)
    count["typed"] = sum(
        one in ("type", "money", "decimal", "enum", "ref", "many") for one in kinds
    )
    return count


def _called(text: str, names: Collection[str]) -> Iterator[str]:
    """Yield what a text calls a resource, but for models that are there, and words that begin a sentence."""
    filler = lexicon("names")["filler"]["words"]
    for one in (name for found in _CALLED.findall(text) for name in found if name):
        low = one.lower()
        if low not in names and low not in filler and not pattern(r"^(?:<ADD>|<VERB>)$").match(low):
            yield one


def _bucket(value: float) -> int:
    return max(-_MOST, min(_MOST, round(value)))


def _up_to(name: str, value: float) -> Iterator[str]:
    """Yield a feature for each step that a value reaches, so that near ones have most in common."""
    yield from (f"{name}>={at}" for at in range(-_MOST, _MOST + 1) if value >= at)


def _singular(word: str) -> str:
    low = word.lower()
    return singularize(low) or low


@cache
def _commands() -> Weights:
    """Return the weights of each command; in the file the command stands before each feature."""
    found: dict[str, dict[str, float]] = {}
    for told, weight in weights(COMMANDS).items():
        verb, _, feature = told.partition("|")
        found.setdefault(verb, {})[feature] = weight
    return found
