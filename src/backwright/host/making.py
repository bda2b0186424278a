"""Making an environment for a host that has none, in our own cache and never in its tree."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from backwright.errors import MissingError
from backwright.host.environment import Environment, find, inspect_prefix
from backwright.host.folders import cache_folder, remove_tree, scratch
from backwright.host.installing import SECONDS, attempts, install
from backwright.host.interpreters import accepted, interpreters, version_of
from backwright.host.process import run
from backwright.host.quarrels import mends
from backwright.host.requirements import Requirements, name_of, read_requirements
from backwright.host.sources import with_sources

TEST_TOOLS = ("pytest", "httpx", "uvicorn")
# Before Python 3.12 every environment had setuptools, and `pkg_resources` with it until version 81;
# packages of that time import it without saying so.
_ONCE_THERE = "setuptools<81; python_version < '3.12'"
_INSTALLED = frozenset({".venv", "venv", "node_modules", "__pycache__", "site-packages"})
_DEEPEST = 4  # folders below a project's own in which it may say what its package needs
_OF_THE_PROJECT = ("venv", "uv", "poetry", "pdm", "pipenv")
Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


def ensure(
    root: Path,
    *,
    start: str = ".",
    changed: Path | None = None,
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
        start: Where in it the application is run.
        changed: A copy of the project that may name more dependencies than the project does.
        framework: The package that makes an environment one of a host.
        tools: What we need besides, added only to an environment that we make.
        say: Told, in a line each, what takes time.

    Raises:
        MissingError: there is none and none can be made; the remedy says what to do.
    """
    needs = needs_of(root, start, framework)
    source = root
    if changed is not None:
        more = needs_of(changed, start, framework)
        needs, source = (more, changed) if more.names() - needs.names() else (needs, root)
    found = _found(root, start, framework, needs)
    if found is not None and _will_do(found, tools) and (source == root or not found.missing):
        return found
    needs = with_sources(needs, source / start)
    tools = tuple(
        tool for tool in tools if tool in TEST_TOOLS or name_of(tool) not in needs.names()
    )
    try:
        return make(needs, framework=framework, tools=tools, say=say)
    except MissingError:
        if found is not None:
            return found
        raise


def _found(root: Path, start: str, framework: str, needs: Requirements) -> Environment | None:
    """Find an environment of the folder to run in, or of one above it in the project."""
    best: Environment | None = None
    for folder in _upwards(root, start):
        found = find(folder, framework=framework)
        if found is None:
            continue
        missing = tuple(sorted(needs.names() - set(found.distributions())))
        found = replace(found, missing=missing)
        if not missing:
            return found
        if best is None or len(missing) < len(best.missing):
            best = found
    return best


def needs_of(root: Path, start: str, framework: str = "fastapi") -> Requirements:
    """Return what a project needs: from the folder to run in, else from one above it.

    The nearest folder counts whose files name the framework, else the nearest with any files;
    what locks versions may lie above it, in a workspace. Last, files in any folder beside it, or
    below: those of the package itself.
    """
    folders = _upwards(root, start)
    read = [(folder, read_requirements(folder)) for folder in folders]
    naming = [one for one in read if framework in one[1].names()]
    if not naming:
        inner = [one for one in _with_requirements(root, folders[0]) if one not in folders]
        others = [(folder, read_requirements(folder)) for folder in inner]
        naming = [one for one in others if framework in one[1].names()]
    chosen = next(iter(naming), None) or next((one for one in read if one[1].needed), read[-1])
    above = [needs for folder, needs in read if folder in chosen[0].parents]
    pins = next((needs.pins for needs in above if needs.pins), ())
    preferred = next((needs.preferred for needs in above if needs.preferred), "")
    return replace(
        chosen[1],
        pins=chosen[1].pins or pins,
        preferred=chosen[1].preferred or preferred,
        files=tuple(dict.fromkeys(path for _, needs in read for path in needs.files))
        if chosen in read
        else chosen[1].files,
    )


def _with_requirements(root: Path, start: Path) -> tuple[Path, ...]:
    """Return the folders below a project that have files of requirements.

    Those below the folder to run in come first, and the highest of them.
    """
    found = set()
    for pattern in ("*requirement*.txt", "requirements/*.txt"):
        for depth in range(1, _DEEPEST + 1):
            for path in root.glob("*/" * depth + pattern):
                inner = path.relative_to(root).parts[:-1]
                if not _INSTALLED.intersection(inner) and not any(p[0] == "." for p in inner):
                    found.add(path.parents[pattern.count("/")])
    return tuple(sorted(found, key=lambda one: (start not in one.parents, len(one.parts), one)))


def _upwards(root: Path, start: str) -> tuple[Path, ...]:
    """Return the folder to run in and those above it: of the project, and of its repository."""
    inner = (root / start).resolve()
    top = root.resolve()
    for folder in (top, *top.parents):
        if (folder / ".git").exists():
            top = folder
            break
    else:
        top = root.resolve()
    return tuple(
        folder for folder in (inner, *inner.parents) if folder == top or top in folder.parents
    )


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
    mark = "\0".join(
        (
            *(needs.key(), sys.version, platform.machine(), *tools),
            *filter(None, [needs.syntax]),
            *_another_python(needs),
        )
    )
    folder = cache_folder("environments") / hashlib.sha256(mark.encode()).hexdigest()[:20]
    with _lock(folder.with_suffix(".lock")):
        if not (folder / ".complete").exists():
            remove_tree(folder)
            say(f"making an environment for {len(needs.needed)} requirements")
            _build(folder, needs, framework, tools, say)
            (folder / ".complete").touch()
        _mend(folder, needs)
    made = inspect_prefix(folder, "made")
    if made is None or not made.has(framework):
        (folder / ".complete").unlink()
        raise MissingError(
            f"the project's dependencies hold no {framework}",
            remedy="install the project in a virtual environment at .venv, or activate one",
        )
    return replace(made, missing=tuple(sorted(needs.names() - set(made.distributions()))))


def _another_python(needs: Requirements) -> tuple[str, ...]:
    """Return the version of the interpreter to begin with, unless it is ours.

    It belongs to an environment's key: once a Python that fits is installed, an environment of
    one that did not fit serves no longer.
    """
    first = _pythons(needs, silent)[0]
    return () if first == sys.executable else (_shown(first),)


def _mend(folder: Path, needs: Requirements) -> None:
    """Install what packages of different times need in order to work together, at best."""
    made = inspect_prefix(folder, "made")
    wanted = mends(made.distributions(), needs.needed) if made else ()
    if wanted:
        with scratch("mending") as work:
            install([*_program(folder), *needs.options], wanted, (), work)


def _program(folder: Path) -> list[str]:
    """Return the command that installs into an environment."""
    python, uv = folder / "bin" / "python", find_uv()
    if uv:
        return [*uv, "pip", "install", "--python", str(python)]
    return [str(python), "-m", "pip", "install", "--disable-pip-version-check"]


def _build(
    folder: Path, needs: Requirements, framework: str, tools: Sequence[str], say: Say
) -> None:
    """Make and fill an environment; less strictly in each attempt until one succeeds.

    Versions from years ago may install and still not run on this interpreter. Then they are first
    tried as they are on the older ones that the project takes, and only then loosened.
    """
    uv = find_uv()
    with scratch("making") as work:
        local = tuple(_copied(folder, work) for folder in needs.local)
        tries = tuple(attempts(needs, local))
        pythons = _pythons(needs, say)
        said = ""
        for python in pythons:
            _create(folder, python, uv, work)
            said, is_broken = _filled(
                folder, needs, tries, framework, tools, work, until_broken=True
            )
            if not is_broken:
                break
            if python != pythons[-1]:
                say(
                    f"{framework} does not run as pinned on {_shown(python)}; trying another Python"
                )
        if said:
            _create(folder, pythons[0], uv, work)
            said, _ = _filled(folder, needs, tries, framework, tools, work, until_broken=False)
        if not said:
            return
    remove_tree(folder)
    end = said[-1500:].partition("\n")[2] if len(said) > 1500 else said  # whole lines
    raise MissingError(
        f"the project's dependencies cannot be installed: {end}",
        remedy="install the project in a virtual environment at .venv, then try again",
    )


def _filled(
    folder: Path,
    needs: Requirements,
    tries: Sequence[tuple[tuple[str, ...], tuple[str, ...]]],
    framework: str,
    tools: Sequence[str],
    work: Path,
    *,
    until_broken: bool,
) -> tuple[str, bool]:
    """Install what is needed; return what the last attempt said, and whether it only did not run.

    Nothing is said where one succeeded. `until_broken` ends with the first that is installed and
    does not run.
    """
    python = folder / "bin" / "python"
    program = _program(folder)
    said, is_broken = "", False
    options: tuple[str, ...] = needs.options
    for lines, pins in tries:
        said = install([*program, *options], (*lines, *tools), pins, work)
        options = (*needs.options, "--upgrade")
        is_broken = not said
        said = said or _broken(python, framework, work)
        if not said:
            if "setuptools" not in needs.names():
                install([*program, *options], (_ONCE_THERE,), (), work)  # at best
            return "", False
        if is_broken and until_broken:
            break
    return said, is_broken


def _broken(python: Path, framework: str, work: Path) -> str:
    """Say why the framework cannot be imported; nothing where it can, or was never asked for."""
    code = f"import importlib.util as u; u.find_spec({framework!r}) and __import__({framework!r})"
    done = run([str(python), "-c", code], cwd=work, timeout=SECONDS)
    return "" if done.ok else done.output


def _copied(folder: Path, work: Path) -> str:
    """Copy a local dependency, because building it writes beside its sources."""
    target = work / f"{folder.name}-{len(list(work.iterdir()))}"
    ignored = shutil.ignore_patterns(".git", *_INSTALLED)
    shutil.copytree(folder, target, symlinks=True, ignore=ignored)
    return str(target)


def _pythons(needs: Requirements, say: Say) -> tuple[str, ...]:
    """Return the interpreters to try: the best first, then older ones that the project takes.

    Where it takes none of this machine, the newest there is: code seldom needs what its project
    asks for, and if it does, it does not run before the change either.
    """
    wanted = [text for text in (needs.preferred, needs.python) if text]
    if needs.syntax:
        wanted = [*(f"{text},{needs.syntax}" for text in wanted), needs.syntax]
    fitting = [found[0] for text in wanted if (found := accepted(text))]
    if wanted and not fitting:
        newest = max(interpreters(), key=version_of)
        say(
            f"Python {needs.python or needs.preferred} is not on this machine; trying {_shown(newest)}"
        )
        fitting = [newest]
    best = (*fitting, sys.executable)
    others = accepted(needs.python) if needs.python else interpreters()
    older = (p for p in others if version_of(p) < version_of(best[0]))
    return tuple(dict.fromkeys((best[0], *older)))


def _shown(python: str) -> str:
    return "Python " + ".".join(map(str, version_of(python)[:2]))


def _create(folder: Path, python: str, uv: Sequence[str], work: Path) -> None:
    """Make an empty environment with an interpreter, or with ours if that one cannot.

    Raises:
        MissingError: there is no module to make environments with.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for program in (python, sys.executable):
        remove_tree(folder)
        argv = [*uv, "venv", "--quiet", "--python", program] if uv else [program, "-m", "venv"]
        if run([*argv, str(folder)], cwd=work, timeout=SECONDS).ok:
            return
    raise MissingError(
        "a virtual environment cannot be made",
        remedy="install uv, or Python's venv (Debian and Ubuntu: apt install python3-venv)",
    )


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
