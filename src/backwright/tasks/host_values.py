"""Values for the settings that a host does not start without: its own examples, else made up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from backwright.host.requirements import read_text
from backwright.project.environment import parse

_EXAMPLE = re.compile(
    r"^\.?env\w*[.\-_](?:example|sample|template|dist|test\w*|ci|local|dev\w*|default\w*)\b"
    r"|^(?:example|sample|template|test|ci|dev|local|default)[.\-_]?\.?env$|^\.env\.[\w.]+$",
    re.IGNORECASE,
)
_SKIPPED = frozenset({"node_modules", ".git", ".venv", "venv", "__pycache__", "site-packages"})
_DEEPEST = 4
_HOLLOW = re.compile(r"^$|^<.*>$|^\$\{?\w+\}?$")
# words about a value, in place of one: "your app port number", "list of origins by comma"
_PROSE = re.compile(r"(?i)^(?=.*\s)(?:your|list of|enter|choose|insert)\s")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?$")


def own_values(root: Path) -> dict[str, str]:
    """Return the variables of the project's own `.env` files, the outermost first."""
    found: dict[str, str] = {}
    for path in _files(root):
        if path.name == ".env":
            for name, value in parse(_text(path)).items():
                found.setdefault(name, value)
    return found


def outlying_values(root: Path, run_folder: str) -> dict[str, str]:
    """Return the variables of `.env` files above the folder that a project is run in.

    A program looks for its `.env` where it is started; containers hand it one from above.

    Args:
        root: The project's folder.
        run_folder: Where it is run, relative to it.
    """
    here = PurePosixPath(run_folder)
    found = dict[str, str]()
    for folder in here.parents if run_folder != "." else ():
        for name, value in parse(_text(root / folder / ".env")).items():
            found.setdefault(name, value)
    at_hand = parse(_text(root / here / ".env"))
    return {name: value for name, value in found.items() if name not in at_hand}


def example_values(root: Path) -> dict[str, str]:
    """Return the variables that the project shows in `.env.example` and the like."""
    found: dict[str, str] = {}
    for path in sorted(_files(root), key=_likeness):
        if path.name != ".env" and _EXAMPLE.search(path.name):
            for name, value in parse(_text(path)).items():
                if not (_HOLLOW.match(value) or _PROSE.match(value)):
                    found.setdefault(name, value)
    return found


def given_values(root: Path, required: Iterable[str], made_up: Mapping[str, str]) -> dict[str, str]:
    """Return a value for every required variable that has none: the example's, else a made-up one.

    Args:
        root: The project's folder.
        required: The variables in question.
        made_up: What to give where there is no example.
    """
    own = {name.upper() for name in own_values(root)} | {name.upper() for name in os.environ}
    examples = {name.upper(): value for name, value in example_values(root).items()}
    wanted = [name for name in required if name.upper() not in own]
    return {
        name: _fitting(examples.get(name.upper()), made_up.get(name))
        for name in wanted
        if name.upper() in examples or name in made_up
    }


def _fitting(example: str | None, made_up: str | None) -> str:
    """Return an example, unless a number is wanted and it is none."""
    is_odd = _NUMBER.match(made_up or "") and not _NUMBER.match(example or "")
    return made_up or "" if example is None or is_odd else example


def _files(root: Path) -> Iterator[Path]:
    """Yield the files whose names speak of an environment, near the root."""
    folders = [(root, 0)]
    while folders:
        folder, depth = folders.pop(0)
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for path in entries:
            if path.is_file() and "env" in path.name.lower() and not path.name.endswith(".py"):
                yield path
            elif (
                path.is_dir()
                and not path.is_symlink()
                and depth < _DEEPEST
                and path.name not in _SKIPPED
                and not (path / "pyvenv.cfg").exists()
            ):
                folders.append((path, depth + 1))


def _likeness(path: Path) -> tuple[int, int, str]:
    """Order examples: those made to be copied first, then those of tests, then the rest."""
    name = path.name.lower()
    words = ("example", "sample", "template", "dist", "default", "test", "ci", "dev", "local")
    place = next((place for place, word in enumerate(words) if word in name), len(words))
    return place, len(path.parts), str(path)


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except (OSError, UnicodeError):
        return ""
