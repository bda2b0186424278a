"""Where a run works: its folder in our cache, the project as it was, the copy that is worked in."""

from __future__ import annotations

import datetime
import os
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import backwright
from backwright.agent.sandbox import Engine, Site
from backwright.agent.sandbox_command import HOME
from backwright.errors import UsageError
from backwright.host.environment import Environment
from backwright.host.folders import bytecode_folder, cache_folder, remove_tree
from backwright.host.making import TEST_TOOLS, ensure
from backwright.host.postgres import Address, fill
from backwright.project import read_project
from backwright.report.events import Listener, StepStarted
from backwright.tasks.change import workplace
from backwright.tasks.host_database import driver_of
from backwright.tasks.host_facts import HostFacts, host_facts
from backwright.workshop.staging import copy_project

KEPT_RUNS = 30
_DAY = 86_400
_PREFIX = ("PYTHONPYCACHEPREFIX",)
_SOCKETS = "/tmp"  # noqa: S108 - a name that programs inside of the boundary are told


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of a run.

    Attributes:
        run: All of them.
        base: The project as it was when the run began; read-only for whatever runs.
        work: The copy that the model works in.
    """

    run: Path
    base: Path
    work: Path

    @property
    def transcript(self) -> Path:
        """The file of the transcript."""
        return self.run / "transcript.jsonl"

    @property
    def objects(self) -> Path:
        """The folder of what the workspace held."""
        return self.run / "objects"

    @property
    def judging(self) -> Path:
        """The folder that a judge may write in."""
        return self.run / "judging"


@dataclass(frozen=True, slots=True)
class Needs:
    """What the project's programs need."""

    environment: Environment
    facts: HostFacts
    variables: Mapping[str, str]


def new_run(root: Path) -> tuple[str, Places]:
    """Make the folders of a new run, with the project copied into them; old runs go.

    Raises:
        MissingError: the copy cannot be made.
    """
    now = datetime.datetime.now(datetime.UTC)
    name = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    _prune()
    run = cache_folder("runs", name)
    run.chmod(0o700)
    base = copy_project(root, run / "base", run).folder
    (run / "base" / ".git").mkdir(exist_ok=True)  # a copy ends where the repository does
    return name, Places(run, base, run / "work" / base.relative_to(run / "base"))


def begin_work(places: Places) -> None:
    """Make the copy to work in, anew where a kill left a part of one."""
    remove_tree(places.run / "work")
    copy_project(places.base, places.run / "work", places.run)
    (places.run / "work" / ".git").mkdir(exist_ok=True)
    places.judging.mkdir(exist_ok=True)


def known_run(name: str) -> Path:
    """Return the folder of a run.

    Raises:
        UsageError: there is no such run.
    """
    runs = cache_folder("runs")
    folder = runs / name
    if folder.parent != runs or not (folder / "transcript.jsonl").is_file():
        raise UsageError(
            f"there is no run {name!r}",
            remedy=f"the last ones: {', '.join(_runs()[-5:]) or 'none was kept'}",
        )
    return folder


def _runs() -> list[str]:
    return sorted(path.parent.name for path in cache_folder("runs").glob("*/transcript.jsonl"))


def _prune() -> None:
    """Remove the oldest runs, and what a kill left of those that never began."""
    runs = cache_folder("runs")
    yesterday = time.time() - _DAY
    for folder in runs.iterdir():
        begun = (folder / "transcript.jsonl").exists()
        if not begun and folder.stat().st_mtime < yesterday:
            remove_tree(folder)
    for name in _runs()[:-KEPT_RUNS]:
        remove_tree(runs / name)


def clear(places: Places) -> None:
    """Remove all of a run but its transcript."""
    for folder in (places.run / "base", places.run / "work", places.objects, places.judging):
        remove_tree(folder)


def forget(places: Places) -> None:
    """Remove a run in which nothing was done."""
    remove_tree(places.run)


def needs_of(root: Path, places: Places, listener: Listener) -> Needs:
    """Find what the project's programs need, and link its environment into the copy.

    Raises:
        MissingError: the interpreter cannot be had.
    """
    facts = host_facts(read_project(places.base))
    driver = driver_of(facts.database.driver, facts.database.engine)
    environment = ensure(
        root,
        start=facts.run_folder,
        tools=(*TEST_TOOLS, *driver),
        say=lambda text: listener(StepStarted(text)),
    )
    link = places.base / ".venv"
    if link.is_symlink():
        link.unlink()
    if not link.exists():
        link.symlink_to(environment.prefix)
    with workplace(places.base, "do", listener) as place:
        return Needs(environment, place.facts, dict(place.variables))


def tools_site(places: Places, needs: Needs, engine: Engine) -> Site:
    """Return what the boundary of the six tools is put around."""
    address = Address("127.0.0.1", 5432, "postgres", engine.password, "postgres", _SOCKETS)
    file = f"{HOME}/project.sqlite3"
    told = {
        name: value.replace("{file}", file)
        for name, value in fill(needs.facts.database_variables, address).items()
    }
    variables = {**_variables(needs.environment, engine), **needs.variables, **told}
    return Site(
        places.work,
        readable=(*_above(places), *_readable(needs.environment)),
        variables=variables,
        engine=engine,
        keeps_journal=True,
    )


def _above(places: Places) -> tuple[Path, ...]:
    """Return the repository around the copy, where the project is not all of it."""
    top = places.run / "work"
    return () if top == places.work else (top,)


def judge_site(places: Places, needs: Needs) -> Site:
    """Return what the boundary of the judge is put around."""
    # Empty means: bytecode is read where it lies, and not made anew by each of the many programs.
    variables = {**_variables(needs.environment, None), "PYTHONDONTWRITEBYTECODE": ""}
    readable = (places.run / "base", *_readable(needs.environment))
    return Site(places.judging, readable=readable, variables=variables)


def judge_command() -> list[str]:
    """Return the command of the judge, by our own interpreter and package."""
    source = str(_package().parent)
    start = (
        f"import sys, runpy; sys.path.insert(0, {source!r}); "
        "runpy.run_module('backwright.agent.loop.judge', run_name='__main__')"
    )
    return [sys.executable, "-I", "-c", start]


def _variables(environment: Environment, engine: Engine | None) -> dict[str, str]:
    folders = [environment.python.parent, *([engine.programs] if engine else [])]
    folders += [Path(sys.executable).parent, Path("/usr/local/bin"), Path("/usr/bin"), Path("/bin")]
    return {
        **{name: str(folder) for name, folder in zip(_PREFIX, _bytecode(), strict=False)},
        "PATH": os.pathsep.join(dict.fromkeys(map(str, folders))),
        "VIRTUAL_ENV": str(environment.prefix),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def _readable(environment: Environment) -> tuple[Path, ...]:
    installed = (environment.prefix, *environment.site_packages, *_bases(environment.python))
    return (_package(), *installed, *_bytecode())


def _bytecode() -> tuple[Path, ...]:
    """Return where bytecode is kept, where Python must not write it beside the sources."""
    return (bytecode_folder(),) if os.environ.get("PYTHONDONTWRITEBYTECODE") else ()


def _package() -> Path:
    return Path(backwright.__file__).resolve().parent


def _bases(python: Path) -> Iterator[Path]:
    """Give the folders of the interpreters that an environment's leads to, link by link."""
    at = python
    while at.is_symlink():
        at = Path(os.path.normpath(at.parent / at.readlink()))
        yield at.parent.parent
    yield python.resolve().parent.parent
