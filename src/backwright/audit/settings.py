"""How a project wants to be audited: `[tool.backwright.audit]` of its `pyproject.toml`."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from backwright.audit.rule import all_rules
from backwright.errors import UsageError
from backwright.report.audit_types import LEVELS, Level
from backwright.values import Place

FILE = "pyproject.toml"
_KEYS = ("ignore", "exclude", "levels", "fail-on", "baseline")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is left out, and how grave findings are.

    Attributes:
        ignore: Rules that are not heard.
        exclude: Patterns of files whose findings are not heard, as `fnmatch` reads them.
        levels: Another level for a rule.
        fail_on: From which level on findings make the exit code 1.
        baseline: The file of the findings that are known, relative to the project.
    """

    ignore: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()
    levels: dict[str, Level] = field(default_factory=dict)
    fail_on: Level = "warning"
    baseline: str | None = None


def read_settings(root: Path) -> Settings:
    """Return the settings of the project in `root`; without any, those that hold everywhere.

    Raises:
        UsageError: a key, a rule or a level is not known, or a value has the wrong type.
    """
    given = _table(root)
    for key in given:
        if key not in _KEYS:
            raise _wrong(f"{key!r} is no setting of the audit", nearest(key, _KEYS))
    levels = given.get("levels", {})
    if not isinstance(levels, dict):
        raise _wrong("'levels' is no table", 'write levels = {"rule" = "note"}')
    for name, level in levels.items():
        known_rule(str(name), Place(FILE, 1))
        _known_level(level)
    ignore = _texts(given, "ignore")
    for name in ignore:
        known_rule(name, Place(FILE, 1))
    baseline = given.get("baseline")
    if not isinstance(baseline, str | None):
        raise _wrong("'baseline' is no text", 'write baseline = "audit-baseline.json"')
    return Settings(
        frozenset(ignore),
        _texts(given, "exclude"),
        cast("dict[str, Level]", levels),
        _known_level(given.get("fail-on", "warning")),
        baseline,
    )


def _table(root: Path) -> dict[str, object]:
    file = root / FILE
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"{FILE} cannot be read: {error}", place=Place(FILE, 1), remedy="mend the file"
        ) from error
    tools = content.get("tool")
    own = tools.get("backwright") if isinstance(tools, dict) else None
    given = own.get("audit", {}) if isinstance(own, dict) else {}
    if not isinstance(given, dict):
        raise _wrong("[tool.backwright.audit] is no table", "write it as one")
    return given


def _texts(given: dict[str, object], key: str) -> tuple[str, ...]:
    value = given.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(f"{key!r} is no list of texts", f'write {key} = ["…"]')
    return tuple(value)


def _known_level(level: object) -> Level:
    if level not in LEVELS:
        raise _wrong(f"{level!r} is no level", f"write one of {', '.join(LEVELS)}")
    return level


def known_rule(name: str, place: Place | None = None) -> str:
    """Return the name of a rule as it is.

    Raises:
        UsageError: there is no such rule.
    """
    if name not in all_rules():
        raise UsageError(
            f"{name!r} is no rule of the audit", place=place, remedy=nearest(name, all_rules())
        )
    return name


def nearest(word: str, words: Iterable[str]) -> str:
    """Say which of the right words is meant, else which there are."""
    words = list(words)
    like = difflib.get_close_matches(word, words, 1, 0.5)
    return f"did you mean {like[0]!r}?" if like else f"there are: {', '.join(words)}"


def _wrong(message: str, remedy: str) -> UsageError:
    return UsageError(f"[tool.backwright.audit]: {message}", place=Place(FILE, 1), remedy=remedy)
