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
from backwright.host.process import run
from backwright.host.requirements import Requirements, name_of, read_requirements

TEST_TOOLS = ("pytest", "httpx", "uvicorn")
_SECONDS = 900.0
_LOOSENED = 16
_BINARY_TWINS = {"psycopg2": "psycopg2-binary"}
_UNBUILDABLE = re.compile(
    r"(?:Failed to (?:download and )?build|Failed building wheel for|Could not build wheels for"
    r"|error: metadata-generation-failed[\s\S]*?╰─>)\s+`?([A-Za-z0-9][\w.-]*)"
)
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
            _build(folder, needs, framework, tools)
            (folder / ".complete").touch()
    made = inspect_prefix(folder, "made")
    if made is None or not made.has(framework):
        (folder / ".complete").unlink()
        raise MissingError(
            f"the project's dependencies hold no {framework}",
            remedy="install the project in a virtual environment at .venv, or activate one",
        )
    return made


def _build(folder: Path, needs: Requirements, framework: str, tools: Sequence[str]) -> None:
    """Make and fill an environment; less strictly in each attempt until one succeeds."""
    uv = find_uv()
    with scratch("making") as work:
        _create(folder, needs, uv, work)
        python = folder / "bin" / "python"
        install = [*uv, "pip", "install", "--python", str(python)] if uv else []
        install = install or [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        local = tuple(_copied(folder, work) for folder in needs.local)
        said = ""
        options: tuple[str, ...] = needs.options
        for lines, pins in _attempts(needs, local):
            said = _install([*install, *options], (*lines, *tools), pins, work)
            options = (*needs.options, "--upgrade")
            if not said:
                said = _broken(python, framework, work)
            if not said:
                return
    remove_tree(folder)
    raise MissingError(
        f"the project's dependencies cannot be installed: {said[-1500:]}",
        remedy="install the project in a virtual environment at .venv, then try again",
    )


def _broken(python: Path, framework: str, work: Path) -> str:
    """Say why the framework cannot be imported; nothing where it can, or was never asked for."""
    code = f"import importlib.util as u; u.find_spec({framework!r}) and __import__({framework!r})"
    done = run([str(python), "-c", code], cwd=work, timeout=_SECONDS)
    return "" if done.ok else done.output


def _install(argv: Sequence[str], lines: tuple[str, ...], pins: tuple[str, ...], work: Path) -> str:
    """Install requirements; return what was said if it failed, else nothing.

    A version from years ago may have no wheel for this interpreter, and not build either. Then
    the pin of that package alone is loosened to "at least", and its binary twin taken if it has
    one, so that the rest stays as the project wants it.
    """
    wanted, limits = work / "wanted.txt", work / "pins.txt"
    for _ in range(_LOOSENED):
        wanted.write_text("\n".join(lines) + "\n", encoding="utf-8")
        limits.write_text("\n".join(pins) + "\n", encoding="utf-8")
        done = run([*argv, "-r", str(wanted), "-c", str(limits)], cwd=work, timeout=_SECONDS)
        if done.ok:
            return ""
        found = _UNBUILDABLE.search(done.output)
        name = name_of(found[1]) if found else ""
        looser = tuple(_loosened(line, name) for line in lines)
        looser_pins = tuple(pin for pin in pins if name_of(pin) != name)
        if not name or (looser, looser_pins) == (lines, pins):
            return done.output
        lines, pins = looser, looser_pins
    return done.output


def _loosened(line: str, name: str) -> str:
    """Return a requirement with its exact version as a lower bound, or its binary twin."""
    if name_of(line) != name:
        return line
    if "==" in line and "*" not in line:
        return line.replace("===", ">=").replace("==", ">=")
    twin = _BINARY_TWINS.get(name)
    if twin:
        return line.replace(line[: len(name)], twin, 1)
    requirement, semicolon, marker = line.partition(";")
    return re.sub(r"\s*[<>~!][^\]]*$", "", requirement) + semicolon + marker


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
    compatible = tuple(_compatible(line) for line in needs.needed)
    attempts = [
        ((*needs.needed, *needs.wished, *local), needs.pins),
        ((*needs.needed, *needs.wished, *local), ()),
        ((*needs.needed, *local), needs.pins),
        ((*needs.needed, *local), ()),
        ((*compatible, *local), ()),
    ]
    yield from dict.fromkeys(attempts)


def _compatible(line: str) -> str:
    """Let an exact version be any later one of the same major number.

    Versions from years ago may install and still not run on this interpreter.
    """
    found = re.search(r"==\s*(\d+)((?:\.\d+)*)(?![\w.*])", line)
    if not found:
        return line
    wider = f">={found[1]}{found[2]},<{int(found[1]) + 1}"
    return line[: found.start()] + wider + line[found.end() :]


def _create(folder: Path, needs: Requirements, uv: Sequence[str], work: Path) -> None:
    """Make an empty environment with an interpreter that the project accepts.

    Raises:
        MissingError: there is no such interpreter, or no module to make environments with.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    versions = [shutil.which(f"python3.{minor}") for minor in range(9, 20)]
    here = [sys.executable, *(program for program in versions if program)]
    ranges = [text for text in (needs.preferred, needs.python) if text]
    attempts: list[list[str]] = []
    for wanted in ranges or [""]:
        fitting = [program for program in here if _accepts(wanted, program, work)]
        attempts += [[program, "-m", "venv", str(folder)] for program in fitting[:1] if not uv]
        python = fitting[0] if fitting else wanted
        attempts += [[*uv, "venv", "--quiet", "--python", python, str(folder)]] if uv else []
    for argv in attempts:
        remove_tree(folder)
        if run(argv, cwd=work, timeout=_SECONDS).ok:
            return
    if attempts and not needs.python:
        raise MissingError(
            "a virtual environment cannot be made",
            remedy="install uv, or Python's venv (Debian and Ubuntu: apt install python3-venv)",
        )
    raise MissingError(
        f"the project needs Python {needs.python or needs.preferred}, which is not on this machine",
        remedy="install that Python (such as by `uv python install`), then try again",
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
