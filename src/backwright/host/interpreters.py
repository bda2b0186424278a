"""The Python interpreters of this machine, and which of them a project accepts."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from backwright.host.process import run

_SECONDS = 30.0
_VERSIONS = (
    (".python-version", r"\s*(?:cpython-|python)?(\d+\.\d+)"),
    (".tool-versions", r"(?ms).*^python\s+(\d+\.\d+)"),
)
_DEPLOYED = (
    ("runtime.txt", r"\s*python-(\d+\.\d+)"),
    ("Dockerfile", r"(?msi).*?^FROM\s+(?:--platform=\S+\s+)?\S*?(?:\bpython:|:python)(\d+\.\d+)"),
)


def interpreters() -> tuple[str, ...]:
    """Return the interpreters there are: ours first, then the others, the newest first.

    Those on PATH, and those that pyenv, uv, asdf and mise keep, which need not be on it. A version
    manager's shim counts only if it runs.
    """
    return _interpreters(os.environ.get("PATH", ""), str(_home()))


@cache
def _interpreters(_: str, home: str) -> tuple[str, ...]:
    found: dict[tuple[int, ...], str] = {}
    for program in _programs(Path(home)):
        version = version_of(program)
        if version:
            found.setdefault(version[:2], program)
    ours = sys.version_info[:2]
    others = [found[version] for version in sorted(found, reverse=True) if version != ours]
    return (sys.executable, *others)


def _home() -> Path:
    with contextlib.suppress(RuntimeError):
        return Path.home()
    return Path("/nonexistent")


def _programs(home: Path) -> Iterator[str]:
    """Yield programs that may be interpreters of Python 3.8 and later."""
    for minor in range(20, 7, -1):
        if program := shutil.which(f"python3.{minor}"):
            yield program
    root = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    for folder in (
        root / "versions",
        home / ".local/share/uv/python",
        home / ".asdf/installs/python",
        home / ".local/share/mise/installs/python",
    ):
        with contextlib.suppress(OSError):  # a folder of somebody else's
            yield from map(str, sorted(folder.glob("*3.*/bin/python3"), reverse=True))


@cache
def version_of(program: str) -> tuple[int, ...]:
    """Return an interpreter's version, such as (3, 11, 7); nothing if it does not run."""
    code = "import sys; print(*sys.version_info[:3])"
    with contextlib.suppress(Exception):
        asked = run([program, "-I", "-c", code], cwd=Path("/"), timeout=_SECONDS)
        if asked.ok:
            return tuple(map(int, asked.stdout.split()))
    return ()


def accepted(wanted: str) -> tuple[str, ...]:
    """Return the interpreters whose version lies in a range such as `>=3.10,<3.13`."""
    parts = [part.strip() for part in wanted.split(",") if part.strip()]
    return tuple(
        program
        for program in interpreters()
        if all(satisfies(version_of(program), part) for part in parts)
    )


def satisfies(version: tuple[int, ...], part: str) -> bool:
    """Tell whether a version meets one clause of PEP 440, as far as interpreters need it."""
    found = re.match(r"(===|==|~=|!=|>=|<=|>|<)?\s*v?(\d+(?:\.\d+)*)", part)
    if not found:
        return True
    operator, numbers = found[1] or "==", tuple(map(int, found[2].split(".")))
    short = version[: len(numbers)]
    answers = {
        "==": short == numbers,
        "===": short == numbers,
        "!=": short != numbers,
        ">=": short >= numbers,
        "<=": short <= numbers,
        ">": short > numbers,
        "<": short < numbers,
        "~=": version >= numbers and version[: len(numbers) - 1] == numbers[:-1],
    }
    return answers[operator]


def preferred_python(root: Path) -> str:
    """Return the interpreter that the project's people use, as a range, where they name one."""
    return _named(root, _VERSIONS)


def deployed_python(root: Path) -> str:
    """Return the interpreter that a project runs in where it is deployed, as a range."""
    return _named(root, _DEPLOYED)


def _named(root: Path, files: tuple[tuple[str, str], ...]) -> str:
    for name, pattern in files:
        path = root / name
        text = path.read_text("utf-8", "replace") if path.is_file() else ""
        found = re.match(pattern, text)
        if found:
            return f"=={found[1]}.*"
    return ""
