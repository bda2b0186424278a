"""Judging the planner by a file of delegation texts (how to read one stands at its head)."""

from __future__ import annotations

import sys
import tempfile
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from backwright.agent.planner import Plan, World, plan_task, read_world
from backwright.errors import QuestionError, UsageError

HERE = Path(__file__).parent
TEXTS = HERE / "texts"
NAMED = ("new", "add resource", "add field", "add relation")  # whose words are compared


@dataclass(frozen=True)
class Verdict:
    """What came of one text: what was expected, what came, and whether that is right."""

    task: str
    expected: str
    right: bool
    told: str


@cache
def verdicts(file: Path) -> tuple[Verdict, ...]:
    """Return a verdict for each text of a file, planned once."""
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["text"]
    return tuple(_judge(entry) for entry in entries)


def shares(file: Path) -> dict[str, tuple[int, int]]:
    """Return how many are right and how many there are, by what is expected."""
    found = verdicts(file)
    right = Counter(one.expected for one in found if one.right)
    return {
        name: (right[name], count) for name, count in Counter(v.expected for v in found).items()
    }


@cache
def world(name: str) -> World:
    """Read a project that texts speak of."""
    if name == "empty":
        with tempfile.TemporaryDirectory() as folder:
            return read_world(Path(folder))
    return read_world(HERE / "projects" / name)


def _judge(entry: dict[str, Any]) -> Verdict:
    task, expected = entry["task"], entry["expect"]
    try:
        plan = plan_task(task, world(entry["project"]))
    except QuestionError as error:
        told = f"question {error.question.key}: {error.question.text}"
        return Verdict(task, expected, expected == "question", told)
    except UsageError as error:
        # a refusal says what is outside; a wrong word of the command line is none
        return Verdict(
            task, expected, expected == "refusal" and bool(error.remedy), f"refusal {error.message}"
        )
    told = " | ".join(one.command for one in plan.steps)
    return Verdict(task, expected, expected == "plan" and is_as_asked(plan, entry), told)


def is_as_asked(plan: Plan, entry: dict[str, Any]) -> bool:
    if _once([one.verb for one in plan.steps]) != _once(entry["steps"]):
        return False
    words = [
        word for one in plan.steps if one.verb in NAMED for word in _both_ways(list(one.words))
    ]
    wanted = _both_ways(entry["words"])
    return Counter(map(_normal, words)) == Counter(map(_normal, wanted))


def _once(verbs: list[str]) -> list[str]:
    """Return steps with those for several lists, indexes or limits in a row as one: texts say `paginate all lists`."""
    return [v for v, before in zip(verbs, ["", *verbs], strict=False) if v != before or v in NAMED]


def _both_ways(words: list[str]) -> list[str]:
    """Put the two sides of a many-to-many in one order."""
    words = list(words)
    for at, word in enumerate(words):
        if word == "many-to-many":
            words[at - 1], words[at + 1] = sorted((words[at - 1], words[at + 1]))
    return words


def _normal(word: str) -> tuple[str, ...]:
    """Return a field word with its modifiers in one order."""
    parts = word.split(":")
    loose = [p for p in parts if p in ("optional", "unique", "index") or p.startswith("default=")]
    return (*(p for p in parts if p not in loose), *sorted(loose))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        for one in verdicts(Path(name)):
            if not one.right:
                print(f"--- wanted {one.expected}: {one.task.strip()[:300]}\n    {one.told}")
        print(shares(Path(name)))
