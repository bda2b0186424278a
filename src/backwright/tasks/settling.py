"""Finding the values that a host needs to start, by starting it until nothing is missing.

Settings without a default get the values of the project's own examples, else made-up ones; then
the application is imported, and what it still misses is given to it, until it comes or nothing
new can be tried. Why it does not come is for the checks to say.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from backwright.project.placeholders import Missing, placeholders
from backwright.project.types import Project
from backwright.tasks.host_facts import HostFacts
from backwright.tasks.host_values import (
    example_values,
    given_values,
    outlying_values,
    own_values,
)
from backwright.workshop import Bench, hands
from backwright.workshop.bench import PAYLOADS

_ROUNDS = 8
_SECONDS = 120.0
_NOT_THERE = re.compile(r"No such file or directory: '(/[^']+)'")
_NO_FOLDER = re.compile(r"path_not_directory, input_value=\w*Path\('([^']+)'\)")
_NO_DIRECTORY = re.compile(r"[Dd]irectory '([^']+)' does not exist")
_SERVED = re.compile(r"\bStaticFiles\(|[Dd]irectory=")
_OUTSIDE = re.compile(r"^/[\w.-]+/[\w./-]*$")
_PLACE = re.compile(r"(?i)log|dir|folder|file|upload|storage|media|data|cache|path")
_SIGNS = re.compile(r"(?i)(?:jwt|token|auth|sign\w*)\w*key$|secret(?:_?key)?$|algorithm$|expire")
_REDIS = re.compile(r"\b(?:import|from)\s+(?:redis|aioredis|arq|aiocache|fastapi_limiter|rq)\b")


def needs_redis(project: Project) -> bool:
    """Tell whether a project imports a client of Redis."""
    return _says(project, _REDIS)


def _says(project: Project, pattern: re.Pattern[str]) -> bool:
    """Tell whether any module of a project holds a pattern."""
    return any(
        pattern.search(path.read_text(encoding="utf-8", errors="replace"))
        for path in project.root.rglob("*.py")
        if "site-packages" not in path.parts and path.is_file()
    )


def settle(project: Project, facts: HostFacts, bench: Bench) -> dict[str, str]:
    """Return the variables with which the project's application can be imported, as far as it can.

    Args:
        project: What was read of it.
        facts: How it is run.
        bench: What runs it, without these variables.
    """
    told = facts.database_variables
    required = [name for name in (*facts.required, *_for_tokens(project)) if name not in told]
    nested = {
        one.variables[0] for one in project.settings if one.variables and one.shape == "nested"
    }
    asked = [Missing(name, "missing", "") for name in required if name not in nested]
    made_up = placeholders(project, asked, {})
    given = given_values(project.root, required, made_up)
    given = {name: value for name, value in given.items() if name not in told}
    given |= _outside_paths(project, bench.staging.scratch)
    given |= {k: v for k, v in _from_above(project, facts).items() if k not in told}
    if facts.app is None or not (required or _is_doubtful(project)):
        return given
    own = {name.upper(): value for name, value in own_values(project.root).items()}
    taken = {name.upper() for name in told}
    examples = example_values(project.root)
    for _ in range(_ROUNDS):
        missing, error = _missing(_with(bench, given), facts.app)
        made = _make_folder(error, bench.staging.folder, facts.run_folder)
        more = placeholders(project, missing, given)
        taken |= {
            name.upper() for name in given
        } & own.keys()  # a value of its own is the last word
        more = {name: value for name, value in more.items() if name.upper() not in taken}
        if not more and not made:
            break
        given |= {
            name: value if name in given else own.get(name.upper(), examples.get(name, value))
            for name, value in more.items()
        }
    return given


def _from_above(project: Project, facts: HostFacts) -> dict[str, str]:
    """Return what settings read of a `.env` that lies above the folder that is run in."""
    read = {name.upper() for one in project.settings for name in one.variables}
    values = outlying_values(project.root, facts.run_folder)
    return {name: value for name, value in values.items() if name.upper() in read}


def _for_tokens(project: Project) -> tuple[str, ...]:
    """Return the variables by which tokens are signed, of which code does not say what else to take.

    An application starts without them, and fails when somebody signs in.
    """
    own = own_values(project.root)
    return tuple(
        one.variables[0]
        for one in project.settings
        if one.variables
        and not one.owner
        and not one.required
        and one.default is None
        and one.variables[0] not in own
        and _SIGNS.search(one.variables[0])
    )


def _is_doubtful(project: Project) -> bool:
    """Tell whether the code needs variables or folders of which it is not known that they are there."""
    reads = any(not one.owner and one.default is None for one in project.settings)
    return reads or _says(project, _SERVED)


def _outside_paths(project: Project, scratch: Path) -> dict[str, str]:
    """Return places in our scratch folder for files whose default lies outside of the project.

    A log in `/var/log` is there on a server only, and is not ours to write.
    """
    found: dict[str, str] = {}
    for setting in project.settings:
        default = setting.default or ""
        if not setting.variables or not _OUTSIDE.match(default) or not _PLACE.search(setting.name):
            continue
        if os.access(default, os.W_OK):
            continue
        place = scratch / "outside" / default.lstrip("/")
        folder = place.parent if Path(default).suffix else place
        folder.mkdir(parents=True, exist_ok=True)
        found[setting.variables[0]] = str(place)
    return found


def _with(bench: Bench, variables: dict[str, str]) -> Bench:
    return replace(bench, variables=dict(variables))


def _make_folder(error: str, copy: Path, start: str) -> bool:
    """Make a folder of the copy that code wants to use; tell whether there was one to make.

    Such as one for logs or uploads, which version control leaves out and a working tree has. What is
    relative is so to `start`, where the application is run.
    """
    found, asked = _NOT_THERE.search(error), _NO_FOLDER.search(error)
    folder = Path(found[1]).parent if found else copy
    if served := _NO_DIRECTORY.search(error):
        folder = copy.resolve() / start / served[1]
    if asked:  # a long path is cut in its middle
        start, cut, rest = asked[1].partition("...")
        folder = copy.resolve() / rest.partition("/")[2] if cut else Path(start)
    if not folder.is_relative_to(copy.resolve()) or folder.exists():
        return False
    folder.mkdir(parents=True)
    return True


def _missing(bench: Bench, app: str) -> tuple[list[Missing], str]:
    """Import the application once; return what it says that it misses, and its error."""
    # an OpenAPI document that cannot be made is an error, too
    wanted = {"BACKWRIGHT_DOCUMENT": str(bench.staging.scratch / "settling.json")}
    run = hands(_with(bench, {**bench.variables, **wanted}))
    database = run.databases.empty("settling")
    done = run.python(str(PAYLOADS / "load.py"), app, database=database, timeout=_SECONDS)
    for line in done.stdout.splitlines():
        if line.startswith('{"error"'):
            answer: dict[str, Any] = json.loads(line)
            return [Missing(**one) for one in answer["settings"]], str(answer["error"])
    return [], ""
