"""Entering conventions, and counting their votes."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from backwright.project.conventions.evidence import Evidence, Source, Vote
from backwright.project.types import Convention, Project

PLACES = 5

Question = Callable[[Evidence], Iterable[Vote]]
_QUESTIONS: dict[str, Question] = {}


def convention(name: str) -> Callable[[Question], Question]:
    """Enter a function that gives the votes of the convention `name` (its JSON key)."""

    def enter(question: Question) -> Question:
        _QUESTIONS[name] = question
        return question

    return enter


def read_conventions(sources: Sequence[Source], project: Project) -> tuple[Convention, ...]:
    """Return every habit of which there is at least one sign, by name.

    Args:
        sources: The project's own modules and tests.
        project: What is known of it so far.
    """
    evidence = Evidence(tuple(sources), project)
    found = (count(name, question(evidence)) for name, question in sorted(_questions().items()))
    return tuple(one for one in found if one is not None)


def count(name: str, votes: Iterable[Vote]) -> Convention | None:
    """Count votes: the value with most of them is the habit; of equals the first in the alphabet.

    The places that are kept come from as many files as there are.
    """
    votes = tuple(votes)
    counts = Counter(one.value for one in votes)
    if not counts:
        return None
    value = min(counts, key=lambda one: (-counts[one], one))
    places = sorted((one.file, one.line) for one in votes if one.value == value and one.line)
    return Convention(
        name,
        value,
        votes_for=counts[value],
        votes_against=counts.total() - counts[value],
        places=_spread(places),
    )


def _spread(places: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Return a few places, the first of each file before the second of any."""
    seen: Counter[str] = Counter()
    ranked = []
    for place in dict.fromkeys(places):
        ranked.append((seen[place[0]], place))
        seen[place[0]] += 1
    return tuple(place for _, place in sorted(ranked, key=lambda one: one[0])[:PLACES])


@cache
def _questions() -> dict[str, Question]:
    """Import every module of this folder once, so that each enters its question."""
    package = __name__.rpartition(".")[0]
    here = importlib.import_module(package).__path__
    for module in pkgutil.iter_modules(here):
        importlib.import_module(f"{package}.{module.name}")
    return _QUESTIONS
