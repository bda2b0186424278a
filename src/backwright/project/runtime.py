"""The second witness: what the running program says of its routes and tables.

The applications are imported by the project's own interpreter, in a sandbox, from a copy of the
project (so that nothing is written to it), without network. What they say is merged by `merging`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backwright.errors import MissingError
from backwright.host import environment as environments
from backwright.host.environment import Environment
from backwright.host.folders import scratch
from backwright.host.payloads import guard
from backwright.host.process import run
from backwright.host.sandbox import Sandbox, find_sandbox
from backwright.project.placeholders import Missing, placeholders
from backwright.project.types import App, Project

SECONDS = 120.0
MEMORY = 6 * 1024**3
LARGEST = 2_000_000
LEFT_OUT = ("node_modules", "__pycache__", "site-packages")
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Testimony:
    """What was heard: for each app its routes or its failure, and all tables.

    `copy` is the folder that the program ran in, which the files in it begin with; `why` says
    why nothing was heard at all.
    """

    apps: Mapping[str, Facts] = field(default_factory=dict)
    tables: Sequence[Facts] = ()
    copy: str = ""
    why: str = ""


def hear(project: Project) -> Testimony:
    """Import the project's applications, and return what they say. Raises nothing for their sake.

    Settings that have no value get placeholders, but only after an import failed for want of
    them.
    """
    apps = [one for one in project.apps if ":" in one.object]
    if not apps:
        return Testimony(why="there is no application to import")
    starts = {_start(one) for one in apps}
    found = next(filter(None, (_environment(project.root, one) for one in sorted(starts))), None)
    if found is None:
        return Testimony(why="no interpreter with FastAPI was found for it")
    try:
        with scratch("inspect") as folder:
            copy = folder / "project"
            _copy(project.root, copy)
            return _ask(project, found, folder, [str(copy / one) for one in sorted(starts)])
    except (MissingError, OSError) as error:
        return Testimony(why=f"it could not be started: {error}")


def _start(app: App) -> str:
    """Return the folder (relative to the root) that an app's module is imported from."""
    module = app.object.partition(":")[0].replace(".", "/")
    path = app.file.removesuffix(".py").removesuffix("/__init__")
    return path.removesuffix(module).rstrip("/") if path.endswith(module) else ""


def _environment(root: Path, start: str) -> Environment | None:
    """Find the interpreter of the folder that is imported from, else of the project."""
    for folder in dict.fromkeys((root / start, (root / start).parent, root)):
        if folder == root or root in folder.parents:
            found = environments.find(folder)
            if found is not None:
                return found
    return None


def _copy(root: Path, target: Path) -> None:
    """Copy what an import may need: no environments, no histories, no large files."""

    def skipped(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if _is_skipped(Path(folder, name))]

    shutil.copytree(root, target, ignore=skipped, symlinks=True, ignore_dangling_symlinks=True)


def _is_skipped(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.is_dir():
        hidden = path.name.startswith(".")
        return hidden or path.name in LEFT_OUT or (path / "pyvenv.cfg").exists()
    return not path.is_file() or not os.access(path, os.R_OK) or path.stat().st_size > LARGEST


def _ask(project: Project, found: Environment, folder: Path, paths: list[str]) -> Testimony:
    """Import in rounds: each gives the settings that the round before missed."""
    sandbox = find_sandbox()
    given: dict[str, str] = {}
    answer: Facts = {}
    started = time.monotonic()
    while time.monotonic() - started < SECONDS:
        variables = _variables(found, folder, given)
        answer = _import(project, found, folder, paths, sandbox, variables)
        failures = [one for one in answer.get("apps", {}).values() if "error" in one]
        missing = [Missing(**one) for failure in failures for one in failure["settings"]]
        more = placeholders(project, missing, given)
        if not more:
            break
        given |= more
    if "why" in answer:
        return Testimony(why=answer["why"])
    return Testimony(answer["apps"], answer["tables"], copy=str((folder / "project").resolve()))


def _import(
    project: Project,
    found: Environment,
    folder: Path,
    paths: list[str],
    sandbox: Sandbox,
    variables: Mapping[str, str],
) -> Facts:
    """Import once; `why` in the answer if the program gave none."""
    order = {
        "targets": [one.object for one in project.apps],
        "paths": paths,
        "project": str(folder / "project"),
        "writable": str(folder),
        "sealed": sandbox.means == "bubblewrap",
        "memory": MEMORY,
        "seconds": int(SECONDS),
    }
    payload = folder / "facts.py"
    if not payload.exists():
        shutil.copy(Path(guard.__file__).parent.parent / "facts.py", payload)
        shutil.copytree(Path(guard.__file__).parent, folder / "guard")
    argv = sandbox.command(
        [str(found.python), str(payload)],
        cwd=Path(paths[0]),
        writable=folder,
        readable=_needed(found, project.root),
    )
    done = run(
        argv, cwd=Path(paths[0]), env=variables, timeout=SECONDS, stdin=json.dumps(order).encode()
    )
    if done.timed_out:
        return {"why": f"importing it took longer than {SECONDS:.0f} s"}
    lines = done.stdout.strip().splitlines()
    try:
        answer: Facts = json.loads(lines[-1])
    except (IndexError, ValueError):
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        return {"why": f"the import ended with {done.code}: {last[:300]}"}
    return answer


def _variables(found: Environment, folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the import: nothing of ours but where programs are."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = found.variables()
    names: tuple[str, ...] = ("PATH", "LANG", "LC_ALL", "TZ")
    passed: dict[str, str] = {name: kept[name] for name in names if name in kept}
    return {
        **given,
        **passed,
        "HOME": str(home),
        "TMPDIR": str(home),
        **_bytecode(found, folder),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": str(folder / "guard"),
        "BACKWRIGHT_DATABASES": str(folder),
    }


def _bytecode(found: Environment, folder: Path) -> dict[str, str]:
    """Return where compiled modules go: nowhere, if those of the packages are there already.

    uv installs without compiling; then each round would compile everything again.
    """
    compiled = any(any(one.glob("fastapi/__pycache__/*.pyc")) for one in found.site_packages)
    if compiled:
        return {"PYTHONDONTWRITEBYTECODE": "1"}
    return {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def _needed(found: Environment, root: Path) -> list[Path]:
    """Return the folders that the interpreter needs and that a sandbox may hide."""
    base = found.python.resolve().parent.parent
    folders = [found.prefix, found.prefix.resolve(), base, *found.site_packages, root]
    if sys.prefix == sys.base_prefix:
        folders.append(Path(sys.prefix))
    return [one for one in dict.fromkeys(folders) if one.is_dir() and one != Path("/")]
