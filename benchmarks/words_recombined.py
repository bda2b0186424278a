"""How well plain words are read that are put together anew from texts which are read right.

    PYTHONPATH=. python benchmarks/words_recombined.py [KIND…] [--count N] [--seed N] [--show]

A text whose plan is known gives many more: two orders joined in one text (`joined`: the plan is both plans), an order behind
what leads in to it (`led`), a text with a sentence or a part more that asks for nothing (`ended`), a model named another way
(`targets`). What each must come to follows from the plan of the text that it was made of, so nobody writes it down; it is
metamorphic testing (Chen, Cheung, Yiu: Metamorphic Testing, 1998). The share at the end is of the recombined texts; the peer in
the same run is the share of the texts as their writers wrote them, of which each is made.
"""

from __future__ import annotations

import argparse
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from tests.agent.scoring import is_as_asked, world

from backwright.agent.planner import plan_task
from backwright.errors import BackwrightError

TEXTS = Path(__file__).parent.parent / "tests" / "agent"
_SHORT = 220  # letters of an order that is joined with another
_LEADS = (
    "Please {0}", "Can you {0}", "I'd like you to {0}", "We need to {0}", "Your job is to {0}", "Task: {0}", "TODO: {0}", "[backend] {0}",
    "Hi! {0}", "Morning, {0}", "The user wants you to {0}", "Before the release on Friday we must {0}", "Per the design doc, {0}",
    "Our PM asked us to {0}", "**Task:** {0}", "Subtask 2/5: {0}", "For the mobile app, {0}", "When you have a minute, {0}",
)  # fmt: skip
_ENDS = (
    " Thanks!", " Include tests.", " Follow the existing patterns.", " Don't touch anything else.", " Tell me what you changed.",
    " Existing rows must survive the migration.", " No new dependencies, please.", " Support asked for it twice.",
    "\n\nConstraints:\n- follow existing conventions\n- no new dependencies", "\n\nReport: changed files and test results.",
    "\n\nAcceptance criteria:\n- migration applies and rolls back\n- all tests pass", " Out of scope: the frontend.",
)  # fmt: skip
_JOINS = (
    "{0}\n\nAlso: {1}", "1. {0}\n2. {1}", "- {0}\n- {1}", "Two things please:\n\n1) {0}\n2) {1}", "{0}\n\n{1}",
)  # fmt: skip
_TARGETS = (
    "the {0} model", "the {0} table", "our {0} model", "the `{0}` model", "the {0} model, schemas and routes", "the SQLModel class {0}",
    "the {0} model and its schemas", "the existing {0} model", "the {0} table and the API", "the {0} entity",
)  # fmt: skip
_STEPS = ("add field", "add relation", "add index", "add rate-limit", "add cors", "add pagination", "add resource")  # fmt: skip
_VERB = re.compile(
    r"(?i)(?:add|create|put|give|make|extend|introduce|paginate|limit|allow|index|implement|undo|start|build) "
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, the project it speaks of, and the commands of its plan."""

    task: str
    project: str
    commands: tuple[str, ...]
    verbs: tuple[str, ...]


def commands_of(task: str, project: str) -> tuple[str, ...]:
    """Return the commands of a text's plan; what it is asked or refused for, where it has none."""
    try:
        return tuple(sorted(one.command for one in plan_task(task, world(project)).steps))
    except BackwrightError as error:
        return (f"{type(error).__name__}: {error}",)


def read(entry: dict[str, Any]) -> Text | None:
    """Return a text whose plan is as its writer expects it; None where it is not."""
    task, project = entry["task"].strip(), entry["project"]
    try:
        plan = plan_task(task, world(project))
    except BackwrightError:
        return None
    if not is_as_asked(plan, entry):
        return None
    verbs = tuple(one.verb for one in plan.steps)
    return Text(task, project, tuple(sorted(one.command for one in plan.steps)), verbs)


def joined(texts: list[Text], dice: random.Random) -> Iterator[Text]:
    """Yield two orders of one step as one text."""
    alone = [
        one
        for one in texts
        if len(one.verbs) == 1 and one.verbs[0] in _STEPS and one.project != "empty"
        and len(one.task) < _SHORT and "\n" not in one.task
    ]  # fmt: skip
    while True:
        one, other = dice.sample(alone, 2)
        targets = [command.split()[1:4] for text in (one, other) for command in text.commands]
        if one.project == other.project and targets[0] != targets[1]:
            task = dice.choice(_JOINS).format(_ended(one.task), other.task)
            commands = tuple(sorted((*one.commands, *other.commands)))
            yield Text(task, one.project, commands, (*one.verbs, *other.verbs))


def led(texts: list[Text], dice: random.Random) -> Iterator[Text]:
    """Yield texts that begin with an order, behind what leads in to it."""
    orders = [one for one in texts if _VERB.match(one.task)]
    while True:
        one = dice.choice(orders)
        task = dice.choice(_LEADS).format(one.task[0].lower() + one.task[1:])
        yield Text(task, one.project, one.commands, one.verbs)


def ended(texts: list[Text], dice: random.Random) -> Iterator[Text]:
    """Yield texts with an end that asks for nothing."""
    while True:
        one = dice.choice(texts)
        yield Text(_ended(one.task) + dice.choice(_ENDS), one.project, one.commands, one.verbs)


def targets(texts: list[Text], dice: random.Random) -> Iterator[Text]:
    """Yield texts whose model is named another way."""
    fields = [one for one in texts if one.verbs == ("add field",)]
    while True:
        one = dice.choice(fields)
        model = one.commands[0].split()[3]
        found = re.findall(
            rf"(?<![\w`])(?:to|on) (?:the |our )?{model}(?: model| table)?(?![\w-])", one.task
        )
        if len(found) == 1 and one.task.count(model) == 1:
            named = f"{found[0][:2]} {dice.choice(_TARGETS).format(model)}"
            yield Text(one.task.replace(found[0], named), one.project, one.commands, one.verbs)


KINDS: dict[str, Callable[[list[Text], random.Random], Iterator[Text]]] = {
    one.__name__: one for one in (joined, led, ended, targets)
}


def _ended(task: str) -> str:
    return task if task[-1] in ".!?" else f"{task}."


def _judged(text: Text) -> tuple[Text, tuple[str, ...]]:
    return text, commands_of(text.task, text.project)


def main() -> None:
    """Print the share of each kind that is read as the texts that it is made of."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kinds", nargs="*", default=list(KINDS), metavar="KIND")
    parser.add_argument("--count", type=int, default=200, help="texts of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print what is read otherwise")
    given = parser.parse_args()
    files = sorted(TEXTS.glob("*/*.toml"))
    entries = [
        one for file in files for one in tomllib.loads(file.read_text("utf-8")).get("text", [])
    ]
    clear = [one for one in entries if one["expect"] == "plan"]
    with Pool() as pool:
        texts = [one for one in pool.map(read, clear, chunksize=20) if one is not None]
        as_written = len(texts) / len(clear)
        print(f"as written: {len(texts)} of {len(clear)} ({as_written:.1%})")
        for kind in given.kinds:
            made = KINDS[kind](texts, random.Random(given.seed))
            judged = pool.map(_judged, [next(made) for _ in range(given.count)], chunksize=10)
            wrong = [(text, came) for text, came in judged if text.commands != came]
            share = 1 - len(wrong) / len(judged)
            print(f"{kind}: {len(judged) - len(wrong)} of {len(judged)} ({share:.1%}), ratio {share / as_written:.2f}")  # fmt: skip
            for text, came in wrong if given.show else ():
                print(f"--- {text.project}\n{text.task}\n  meant {text.commands}\n  came  {came}")


if __name__ == "__main__":
    main()
