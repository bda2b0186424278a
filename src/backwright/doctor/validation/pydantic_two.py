"""Habits of Pydantic 1 under version 2, and annotations that are no fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import literal
from backwright.doctor.validation.configuring import Schema, configured
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_PROOF = "start the application again"


@dataclass(frozen=True, slots=True)
class Habit:
    """A habit of version 1: what is said of it, its line in the source, and what is written now."""

    name: str
    pattern: str
    line: str
    text: str
    remedy: str
    instead: tuple[str, str] | None = None


_HABITS = (
    Habit(
        "pydantic-basesettings", r"`?BaseSettings`? has been moved to the `?pydantic-settings`?",
        r"from pydantic import .*\bBaseSettings\b",
        "BaseSettings has left pydantic in version 2",
        "pip install pydantic-settings; from pydantic_settings import BaseSettings",
        (r"from pydantic import BaseSettings\b(?!,)", "from pydantic_settings import BaseSettings"),
    ),
    Habit(
        "pydantic-regex", r"`regex` is removed\. use `pattern` instead", r"\bregex\s*=",
        "`regex=` is `pattern=` in Pydantic 2", "pattern=…", (r"\bregex(?=\s*=)", "pattern"),
    ),
    Habit(
        "pydantic-orm-mode", r"You must set the config attribute `from_attributes=True` to use from_orm",
        r"\borm_mode\s*=\s*True",
        "from_orm wants from_attributes, which orm_mode is called in Pydantic 2",
        "model_config = ConfigDict(from_attributes=True)", (r"\borm_mode(?=\s*=)", "from_attributes"),
    ),
    Habit(
        "pydantic-root", r"To define root models, use `pydantic\.RootModel`", r"__root__",
        "`__root__` is RootModel in Pydantic 2", "class Name(RootModel[list[Item]])",
    ),
    Habit(
        "pydantic-root-validator", r"If you use `@root_validator` with pre=False .*MUST specify `skip_on_failure",
        r"@root_validator\b", "@root_validator is @model_validator in Pydantic 2",
        '@root_validator(skip_on_failure=True); in the long run @model_validator(mode="after")',
        (r"(?m)@root_validator(?:\(\s*\))?(?=\s*$)", "@root_validator(skip_on_failure=True)"),
    ),
    Habit(
        "pydantic-min-items", r"`(?P<name>min_items|max_items)` is (?:removed|deprecated)", r"\b{name}\s*=",
        "{name} is called min_length or max_length in Pydantic 2", "min_length=… / max_length=…",
        (r"\bm(in|ax)_items(?=\s*=)", r"m\1_length"),
    ),
    Habit(
        "pydantic-const", r"`const` is removed, use `Literal` instead", r"\bconst\s*=",
        "`const=` is gone in Pydantic 2", "name: Literal[\"value\"] = \"value\"",
    ),
)  # fmt: skip


@diagnosis
def habits(evidence: Evidence) -> Iterator[Cause]:
    """Tell which habit of version 1 is refused, and write it as version 2 has it."""
    for habit in _HABITS:
        for ground, raised, match in evidence.raised(habit.pattern):
            words = match.groupdict()
            place = _line(evidence, habit.line.format(**words)) or ground.place
            yield Cause(
                "validation", habit.name, habit.text.format(**words),
                (raised.text.split("\n", 1)[0],), place, habit.remedy.format(**words), _PROOF,
                repairs=_written(evidence, habit), failure=ground.number, count=ground.count,
            )  # fmt: skip


def _line(evidence: Evidence, pattern: str) -> Place | None:
    compiled = re.compile(pattern)
    for file in evidence.sources.own:
        for number, line in enumerate(evidence.sources.text(file).splitlines(), 1):
            if compiled.search(line):
                return Place(file, number)
    return None


def _written(evidence: Evidence, habit: Habit) -> tuple[Repair, ...]:
    """Return the repairs of all files that have the habit."""
    if habit.instead is None:
        return ()
    pattern, new = habit.instead
    found = []
    for file in evidence.sources.own:
        text = evidence.sources.text(file)
        after = re.sub(pattern, new, text)
        if after != text:
            found.append(Repair(file, text, after))
    return tuple(found)


@diagnosis
def look_around(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a pattern that looks ahead or behind, which the engine of version 2 cannot."""
    pattern = r"regex parse error:\s*\n(?P<regex>[^\n]+)\n.*?look-around, including look-ahead"
    for ground, _, match in evidence.raised(pattern):
        place = _line(evidence, re.escape(match["regex"].strip())) or ground.place
        schema = _around(evidence, place) if place else None
        yield Cause(
            "validation", "pydantic-look-around",
            "a pattern looks ahead or behind, which the regular expressions of Pydantic 2 (Rust) cannot",
            (match["regex"].strip(),), place,
            'model_config = ConfigDict(regex_engine="python-re"), or a pattern without (?=…) and (?!…)',
            _PROOF, failure=ground.number, count=ground.count,
            repairs=configured(evidence, schema, 'regex_engine="python-re"') if schema else (),
        )  # fmt: skip


def _around(evidence: Evidence, place: Place) -> Schema | None:
    """Return the class around a line."""
    for node in evidence.sources.nodes(place.file):
        if isinstance(node, ast.ClassDef) and node.lineno <= place.line <= (node.end_lineno or 0):
            return place.file, node
    return None


@diagnosis
def unannotated(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a field without a type, and give it the type of its default."""
    pattern = r"A non-annotated attribute was detected: `(?P<name>\w+)|Field '(?P<other>\w+)' defined on a base class was overridden by a non-annotated attribute"
    for ground, raised, match in evidence.raised(pattern):
        name = match["name"] or match["other"]
        found = _assigned(evidence, ground.place, name)
        kind = type(literal(found[1].value)).__name__ if found else "str"
        place = Place(found[0], found[1].lineno) if found else ground.place
        known = kind if kind in ("str", "int", "float", "bool") else ""
        yield Cause(
            "validation", "pydantic-unannotated",
            f"{name}, a field of a schema, has no type: Pydantic 2 requires one",
            (raised.text.split("\n", 1)[0],), place, f"{name}: {known or '…'} = …", _PROOF,
            failure=ground.number, count=ground.count,
            repairs=rewritten(evidence, found[0], [(found[1].targets[0], f"{name}: {known}")])
            if found and known else (),
        )  # fmt: skip


def _assigned(evidence: Evidence, near: Place | None, name: str) -> tuple[str, ast.Assign] | None:
    """Return the assignment of a class's body, of the class at a place first."""
    files = (near.file,) if near else evidence.sources.own
    found = [
        (file, one) for file in files for cls in evidence.sources.nodes(file)
        if isinstance(cls, ast.ClassDef) and (near is None or cls.lineno <= near.line <= (cls.end_lineno or 0))
        for one in cls.body
        if isinstance(one, ast.Assign) and getattr(one.targets[0], "id", "") == name
    ]  # fmt: skip
    return next(iter(found), None)
