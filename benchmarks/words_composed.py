"""How well plain words are read that are composed of ways to say each part of an order.

    PYTHONPATH=. python benchmarks/words_composed.py [--count N] [--seed N] [--show]

An order has parts: what begins it, the resource or the model, its fields, whose rows are, a relation, something further, a
remark. Each can be said in many ways (`words_composed.toml`), and what a text that is put together of them must come to is known
from its parts. Printed are the share that is read right, how many of the others are questions and how many are plans of something
else (the worse), and the ways that stand in most of them. Nothing is beside it: no other tool reads texts into the same commands.
"""

from __future__ import annotations

import argparse
import random
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.agent.scoring import world

from backwright.agent.planner import plan_task
from backwright.agent.planner.types import Plan
from backwright.errors import BackwrightError
from backwright.spec.names import names_of

WAYS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_RESOURCES = (
    "Label", "Voucher", "Supplier", "Reminder", "Machine", "Lesson", "Shipment", "Milestone", "Recipe", "MealPlan", "WorkLog", "Device",
)  # fmt: skip
_MODELS = {"tasks": ("Task", "Task"), "shop": ("Product", "Order"), "open": ("Note", "Note")}
# How fields are listed behind what makes a resource: in a sentence, or in a row or points, where articles go.
_IN_PROSE = {
    "with": " with {all}.", "it has": ". It has {all}.", "each has": ". Each {m} has {all}.", "one has": ". A {m} has {all}.",
    "it needs": ". It needs {all}.", "consists": ". It consists of {all}.", "having": " having {all}.", "that has": " that has {all}.",
    "stores": " which stores {all}.",
}  # fmt: skip
_IN_A_ROW = {
    "with, ,": " with {,}.", ":": ": {,}.", ": ;": ": {;}.", "()": " ({;}).", "fields:": ". Fields: {,}.", "its fields": ". Its fields are {;}.",
    "- points": ":\n{-}", "fields - points": ".\n\nFields:\n{-}", "* points": " with these fields:\n{*}", "1. points": " with the following fields:\n{1}",
}  # fmt: skip
_ARTICLE = re.compile(r"^(?:an?|the) ")
_LABEL = re.compile(r"`?(?:\{[nNt]\}|email)`?(?:: | - )")  # `name: type` stands in rows alone
_TASK = "Task:"  # a label, but where Task is a model


@dataclass(slots=True)
class Order:
    """A text as it is put together, and the commands that it must come to.

    Attributes:
        project: The project it speaks of.
        parts: What it says, in order.
        wanted: The command lines, each as a set of words.
        ways: The ways that its parts are said in.
    """

    project: str
    parts: list[str] = field(default_factory=list)
    wanted: list[frozenset[str]] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text, with `a` and `an` as they are said."""
        text = re.sub(r"\b([Aa])n (?![aeiouAEIOU`h])", r"\1 ", " ".join(self.parts).strip())
        return re.sub(r"\b([Aa]) (?=[aeiouAEIOU](?!ni|ser))", r"\1n ", text)

    def say(self, chance: random.Random, ways: Sequence[str], **named: str) -> str:
        """Return one of the ways to say something, with the names in it."""
        way = chance.choice(list(ways))
        self.ways.append(way)
        return filled(way, named)


def filled(way: str, named: dict[str, str]) -> str:
    """Return a way with names in the place of its letters in braces."""
    for letter, words in named.items():
        way = way.replace(f"{{{letter}}}", words)
    return way


def compose(chance: random.Random) -> Order:
    """Put an order together."""
    order = Order(chance.choice(list(_MODELS)))
    owner, added = _MODELS[order.project]
    is_field = chance.random() < 1 / 3
    if chance.random() < 0.3:
        order.parts.append(order.say(chance, WAYS["before"]))
    if is_field:
        _add_fields(order, added, chance)
    else:
        _add_resource(order, owner, chance)
    if chance.random() < 0.2:
        verbs = [one for one in WAYS["further"] if one != "probe" or order.project != "open"]
        verb = chance.choice(verbs)
        named = {"ms": names_of(_RESOURCES[0]).plural_human}
        order.parts.append(order.say(chance, WAYS["further"][verb], **named))
        order.wanted.append(frozenset([verb]))
    order.parts += [
        order.say(chance, WAYS["remarks"]) for _ in range(chance.choice((0, 0, 1, 1, 2)))
    ]
    return order


def _forms(name: str, letters: str) -> dict[str, str]:
    names = names_of(name)
    several = names.plural_human
    upper, lower = letters[0], letters[1]
    return {
        upper: name,
        lower: names.human,
        f"{lower}s": several,
        f"{upper}s": several[0].upper() + several[1:],
    }


def _fields(
    order: Order, count: int, taken: Sequence[str], chance: random.Random, *, prose: bool
) -> tuple[list[str], list[str]]:
    """Return fields as they are said, and their field words."""
    said, words, used = [], [], set(taken)
    for one in chance.sample(WAYS["field"], count):
        names = [name for name in one["names"].split() if name not in used]
        if not names:
            continue
        name = chance.choice(names)
        used.add(name)
        ways = [way for way in one["ways"] if not (prose and _LABEL.match(way))]
        said.append(order.say(chance, ways, n=name.replace("_", " "), N=name))
        words.append(f"{name}:{one['says']}")
    return said, words


def _in_prose(said: Sequence[str]) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _listed(body: str, said: Sequence[str]) -> str:
    """Return a list of fields, as its letters say: in prose, in a row, as points."""
    bare = [one if "it belongs" in one else _ARTICLE.sub("", one) for one in said]
    rows = {f"{{{mark}}}": f"{mark} ".join(bare) for mark in ",;"}
    rows |= {f"{{{mark}}}": "".join(f"{mark} {one}\n" for one in bare) for mark in "-*"}
    rows["{1}"] = "".join(f"{at}. {one}\n" for at, one in enumerate(bare, 1))
    rows["{all}"] = _in_prose(said)
    for mark, row in rows.items():
        body = body.replace(mark, row)
    return body


def _add_fields(order: Order, model: str, chance: random.Random) -> None:
    forms = _forms(model, "Tt")
    is_label = order.parts == [_TASK]
    ways = [one for one in WAYS["added"] if not (is_label and one.startswith("{T}"))]
    way = order.say(chance, ways, **forms)
    count = chance.choice((1, 1, 2, 3))
    taken = [forms["t"], forms["ts"]]
    said, words = _fields(order, count, taken, chance, prose="{F}" in way and count > 1)
    row = chance.choice((",", ";"))
    for letter, mark in (("{F}", "{all}"), ("{G}", f"{{{row}}}"), ("{B}", "{-}")):
        way = way.replace(letter, mark)
    order.parts.append(_listed(way, said))
    order.wanted.append(frozenset(["add field", model, *words]))


def _add_resource(order: Order, model: str, chance: random.Random) -> None:
    name = chance.choice(_RESOURCES)
    forms = _forms(name, "Mm") | _forms(model, "Tt")
    prose = chance.random() < 0.5
    kind = chance.choice(list(_IN_PROSE if prose else _IN_A_ROW))
    taken = [forms[one].replace(" ", "_") for one in ("t", "ts", "m", "ms")]
    said, words = _fields(order, chance.choice((1, 2, 2, 3, 4)), taken, chance, prose=prose)
    relates, belongs = chance.random(), ""
    if relates < 0.2:
        ways = [one for one in WAYS["refers"] if not (prose and _LABEL.match(one))]
        said.insert(at := chance.randrange(len(said) + 1), order.say(chance, ways, **forms))
        words.insert(at, f"{forms['t']}:ref:{model}")
    elif relates < 0.35:
        belongs = order.say(chance, WAYS["belongs"], **forms)
        words.append(f"{forms['t']}:ref:{model}")
    intro = order.say(chance, WAYS["intro"], **forms)
    if "CRUD" in intro and kind in ("having", "that has", "stores"):
        kind = "it has"
    order.ways.append(kind)
    text = intro + _listed(filled((_IN_PROSE | _IN_A_ROW)[kind], forms), said)
    owner = "none" if order.project == "open" else chance.choice(("User", "none"))
    order.parts += _owned(text, order.say(chance, WAYS["owner"][owner], **forms), belongs, chance)
    order.wanted.append(frozenset(["add resource", name, *words, f"--owner {owner}"]))
    if relates >= 0.35 and chance.random() < 0.35:
        order.parts.append(order.say(chance, WAYS["many"], **forms))
        order.wanted.append(frozenset(["add relation", name, "many-to-many", model]))


def _owned(text: str, owner: str, belongs: str, chance: random.Random) -> list[str]:
    """Return a text with what says whose rows are: at its end, or in a sentence of its own."""
    if owner[0].islower():
        told = f"{text[:-1]}, {owner}." if text.endswith(".") else f"{text}They are {owner}."
        return [told, belongs] if belongs else [told]
    tail = [one for one in (owner, belongs) if one]
    chance.shuffle(tail)
    return [text, *tail]


def _words(plan: Plan) -> list[frozenset[str]]:
    """Return the commands of a plan, each as a set of words; a reference may be called with `_id`."""
    told = []
    for step in plan.steps:
        words = [re.sub(r"^(\w+)_id:ref:", r"\1:ref:", one) for one in step.words]
        owner = step.option("owner")
        told.append(
            frozenset([step.verb, *map(_in_order, words), *([f"--owner {owner}"] if owner else [])])
            if step.verb.startswith(("add resource", "add field", "add relation"))
            else frozenset([step.verb])
        )
    return told


def _in_order(word: str) -> str:
    """Return a field word with what is said of the field in one order."""
    name, *said = word.split(":")
    return ":".join([name, *sorted(said)])


def is_right(order: Order, plan: Plan) -> bool:
    """Tell whether a plan is the one that a text must come to; a relation may be a field of what is made."""
    wanted = [frozenset(map(_in_order, one)) for one in order.wanted]
    came = [frozenset(map(_in_order, one)) for one in _words(plan)]
    if Counter(wanted) == Counter(came):
        return True
    relations = [one for one in wanted if "add relation" in one]
    model = _MODELS[order.project][0]
    many = _in_order(f"{names_of(model).plural_snake}:many:{model}")
    joined = [
        one | {many} if "add resource" in one else one for one in wanted if one not in relations
    ]
    return bool(relations) and Counter(joined) == Counter(came)


def main() -> None:
    """Print how many texts are read right, and the ways that stand in most of the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print what is read otherwise")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    wrong: list[tuple[Order, str]] = []
    asked, every, failed = 0, Counter[str](), Counter[str]()
    for _ in range(given.count):
        order = compose(chance)
        every.update(order.ways)
        try:
            plan = plan_task(order.text, world(order.project))
        except BackwrightError as error:
            asked += 1
            came = str(error)
        else:
            if is_right(order, plan):
                continue
            came = " | ".join(step.command for step in plan.steps)
        failed.update(order.ways)
        wrong.append((order, came))
    right = given.count - len(wrong)
    print(f"right {right} of {given.count} ({right / given.count:.1%}); questions {asked}, other plans {len(wrong) - asked}")  # fmt: skip
    worst = sorted(failed, key=lambda way: -failed[way] / (every[way] + 3))
    for way in worst[:20] if given.show else ():
        print(f"  {failed[way]} of {every[way]}: {way!r}")
    for order, came in wrong if given.show else ():
        wanted = " | ".join(" ".join(sorted(one)) for one in order.wanted)
        print(f"--- {order.project}\n{order.text}\n  meant {wanted}\n  came  {came}")


if __name__ == "__main__":
    main()
