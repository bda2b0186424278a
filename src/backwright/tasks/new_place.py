"""Where a new project is made and proved, and how it gets to its folder and its environment."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from backwright.errors import MissingError
from backwright.host.environment import Environment
from backwright.host.folders import scratch
from backwright.host.making import TEST_TOOLS, find_uv, make
from backwright.host.postgres import cluster
from backwright.host.process import run
from backwright.host.requirements import read_requirements
from backwright.report.events import Listener, StepStarted
from backwright.tasks.change import Workplace
from backwright.tasks.host_facts import house_facts
from backwright.tasks.house import Features, house_draft
from backwright.values import Note
from backwright.workshop import Staging

_SECONDS = 900.0


@contextlib.contextmanager
def new_place(target: Path, features: Features, listener: Listener) -> Iterator[Workplace]:
    """Give a workplace for a project that is not there yet.

    Raises:
        MissingError: its environment cannot be made, or there is no database.
    """
    uses_sqlite = features.database == "sqlite"
    facts = house_facts(uses_sqlite=uses_sqlite)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(scratch("new"))
        server = None if uses_sqlite else stack.enter_context(cluster())
        staging = Staging(folder / "before", folder / target.name, folder)
        staging.original.mkdir()
        staging.folder.mkdir()
        environment = _environment(folder / "needs", features, listener)
        yield Workplace(target, staging, facts, environment, server, listener)


def _environment(folder: Path, features: Features, listener: Listener) -> Environment:
    """Return an environment with what the house needs, made once and kept for the next time.

    Raises:
        MissingError: the packages cannot be had.
    """
    folder.mkdir()
    (folder / "pyproject.toml").write_text(house_draft(features).text("pyproject.toml"))
    needs = read_requirements(folder)
    try:
        return make(needs, tools=TEST_TOOLS, say=lambda text: listener(StepStarted(text)))
    except MissingError as error:
        raise MissingError(
            error.message,
            remedy="look at the network and at the settings of your package index "
            "(UV_INDEX_URL, PIP_INDEX_URL), then run it again; nothing was made",
        ) from error


def move_new(folder: Path, target: Path) -> None:
    """Move a finished project to its place, whole or not at all.

    Raises:
        MissingError: the disk is full or the place cannot be written.
    """
    partial = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(folder, partial, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
        if target.is_dir():
            target.rmdir()
        partial.rename(target)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise MissingError(f"{target} cannot be written: {error.strerror}") from error
        raise


def make_environment(target: Path, listener: Listener) -> tuple[Note, ...]:
    """Make the project's own `.venv`; a note where that fails, since the project itself stands."""
    listener(StepStarted(f"installing its packages in {target.name}/.venv"))
    try:
        for command in _commands(target):
            result = run(command, cwd=target, timeout=_SECONDS)
            if not result.ok:
                last = result.output.strip().splitlines()[-1:]
                return (
                    Note("pyproject.toml", 1, f"no .venv yet ({' '.join(last)}): make install"),
                )
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    (target / ".venv" / ".installed").touch()
    return ()


def _commands(target: Path) -> Sequence[Sequence[str]]:
    python = str(target / ".venv" / "bin" / "python")
    if uv := find_uv():
        return [[*uv, "sync", "--quiet", "--project", str(target), "--python", sys.executable]]
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return [
        [sys.executable, "-m", "venv", str(target / ".venv")],
        [*pip, "--upgrade", "pip"],
        [*pip, "--editable", str(target), "--group", f"{target / 'pyproject.toml'}:dev"],
    ]
