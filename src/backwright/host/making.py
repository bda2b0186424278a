"""Making an environment for a host that has none, in our own cache and never in its tree."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from backwright.errors import MissingError
from backwright.host.environment import Environment, find, inspect_prefix
from backwright.host.folders import cache_folder, remove_tree, scratch
from backwright.host.process import Result, run
from backwright.host.requirements import Requirements, read_requirements

TEST_TOOLS = ("pytest", "httpx", "uvicorn")
_SECONDS = 900.0
_OF_THE_PROJECT = ("venv", "uv", "poetry", "pdm", "pipenv")
Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


def ensure(
    root: Path,
    *,
    framework: str = "fastapi",
    tools: Sequence[str] = TEST_TOOLS,
    say: Say = silent,
) -> Environment:
    """Return the host's own environment, or one made for it from what it says it needs.

    An environment that was found is used as it is, never written to. One that is not the
    project's own and lacks packages that the project names, or one without pytest, is used only
    if none can be made.

    Args:
        root: The project's folder.
        framework: The package that makes an environment one of a host.
        tools: What we need besides, added only to an environment that we make.
        say: Told, in a line each, what takes time.

    Raises:
        MissingError: there is none and none can be made; the remedy says what to do.
    """
    found = find(root, framework=framework)
    if found is not None and _will_do(found, tools):
        return found
    needs = read_requirements(root)
    try:
        return make(needs, framework=framework, tools=tools, say=say)
    except MissingError:
        if found is not None:
            return found
        raise


def _will_do(found: Environment, tools: Sequence[str]) -> bool:
    """Tell whether an environment that was found can be used without thinking of another."""
    if "pytest" in tools and not found.has("pytest"):
        return False
    return not found.missing or found.kind in _OF_THE_PROJECT


def make(
    needs: Requirements,
    *,
    framework: str = "fastapi",
    tools: Sequence[str] = TEST_TOOLS,
    say: Say = silent,
) -> Environment:
    """Make an environment, or return the one made before for the same needs.

    Raises:
        MissingError: the project names no dependencies, or they cannot be installed.
    """
    if not needs.needed and not needs.wished:
        raise MissingError(
            "no environment of this project was found, and it names no dependencies to make one of",
            remedy="install the project in a virtual environment at .venv, or activate one",
        )
    mark = "\0".join((needs.key(), sys.version, platform.machine(), *tools))
    folder = cache_folder("environments") / hashlib.sha256(mark.encode()).hexdigest()[:20]
    with _lock(folder.with_suffix(".lock")):
        if not (folder / ".complete").exists():
            remove_tree(folder)
            say(f"making an environment for {len(needs.needed)} requirements")
            _build(folder, needs, tools)
            (folder / ".complete").touch()
    made = inspect_prefix(folder, "made")
    if made is None or not made.has(framework):
        (folder / ".complete").unlink()
        raise MissingError(
            f"the project's dependencies hold no {framework}",
            remedy="install the project in a virtual environment at .venv, or activate one",
        )
    return made


def _build(folder: Path, needs: Requirements, tools: Sequence[str]) -> None:
    """Make and fill an environment; less strictly in each attempt until one succeeds."""
    uv = find_uv()
    with scratch("making") as work:
        _create(folder, needs.python, uv, work)
        python = folder / "bin" / "python"
        install = [*uv, "pip", "install", "--python", str(python)] if uv else []
        install = install or [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        last: Result | None = None
        local = tuple(_copied(folder, work) for folder in needs.local)
        for number, (lines, pins) in enumerate(_attempts(needs, local)):
            wanted, limits = work / f"wanted-{number}.txt", work / f"pins-{number}.txt"
            wanted.write_text("\n".join((*lines, *tools)) + "\n", encoding="utf-8")
            limits.write_text("\n".join(pins) + "\n", encoding="utf-8")
            argv = [*install, *needs.options, "-r", str(wanted), "-c", str(limits)]
            last = run(argv, cwd=work, timeout=_SECONDS)
            if last.ok:
                return
        remove_tree(folder)
        said = last.output[-1500:] if last else ""
        raise MissingError(
            f"the project's dependencies cannot be installed: {said}",
            remedy="install the project in a virtual environment at .venv, then try again",
        )


def _copied(folder: Path, work: Path) -> str:
    """Copy a local dependency, because building it writes beside its sources."""
    target = work / f"{folder.name}-{len(list(work.iterdir()))}"
    ignored = shutil.ignore_patterns(".git", ".venv", "venv", "node_modules", "__pycache__")
    shutil.copytree(folder, target, symlinks=True, ignore=ignored)
    return str(target)


def _attempts(
    needs: Requirements, local: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield what to install and under which pins: all of it first, then with less."""
    seen = set()
    for wished in (needs.wished, ()):
        for pins in (needs.pins, ()):
            attempt = ((*needs.needed, *wished, *local), pins)
            if attempt not in seen:
                seen.add(attempt)
                yield attempt


def _create(folder: Path, python: str, uv: Sequence[str], work: Path) -> None:
    """Make an empty environment with an interpreter that the project accepts."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    attempts: list[list[str]] = []
    if uv:
        wanted = ["--python", python] if python else ["--python", sys.executable]
        attempts = [[*uv, "venv", "--quiet", *wanted, str(folder)]]
    candidates = [
        sys.executable,
        *(shutil.which(f"python3.{minor}") or "" for minor in range(9, 20)),
    ]
    for candidate in candidates:
        if candidate and _accepts(python, candidate, work):
            attempts.append([candidate, "-m", "venv", str(folder)])
            break
    attempts.append([sys.executable, "-m", "venv", str(folder)])
    for argv in attempts:
        remove_tree(folder)
        if run(argv, cwd=work, timeout=_SECONDS).ok:
            return
    raise MissingError(
        "a virtual environment cannot be made",
        remedy="install uv, or Python's venv module (Debian and Ubuntu: apt install python3-venv)",
    )


def _accepts(wanted: str, program: str, work: Path) -> bool:
    """Tell whether an interpreter's version lies in a range such as `>=3.10,<3.13`."""
    asked = run([program, "-c", "import sys; print(*sys.version_info[:3])"], cwd=work, timeout=30)
    if not asked.ok:
        return False
    version = tuple(map(int, asked.stdout.split()))
    return all(_satisfies(version, part.strip()) for part in wanted.split(",") if part.strip())


def _satisfies(version: tuple[int, ...], part: str) -> bool:
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


def find_uv() -> list[str]:
    """Return the command for uv: on PATH, or the module beside us; empty where there is none."""
    if program := shutil.which("uv"):
        return [program]
    if importlib.util.find_spec("uv") is not None:
        return [sys.executable, "-m", "uv"]
    return []


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock (flock(2)), which the system drops if we die."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
