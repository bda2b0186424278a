"""The application can be imported, and has the endpoints that the change brings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from backwright.workshop.bench import PAYLOADS, Run, tail
from backwright.workshop.registry import Outcome, check, failed, passed, skipped

_SECONDS = 120.0


@check("imports", order=10)
def imports(run: Run) -> Outcome:
    """Import the application in the host's interpreter."""
    app = run.bench.app
    if app is None:
        return skipped("no application was found to import")
    database = run.databases.empty("imports")
    done = run.python(str(PAYLOADS / "load.py"), app, database=database, timeout=_SECONDS)
    paths = paths_in(done.stdout)
    if paths is None:
        reason = f"{app} cannot be imported: {error_in(done.stdout)}\n{tail(done.stderr)}"
        is_ours = error_before(run, app) != _plain(error_in(done.stdout))
        return failed(reason) if is_ours else skipped(f"before, too, {reason}")
    missing = missing_endpoints(paths, run.bench.expected_endpoints)
    if missing:
        return failed(f"{app} lacks {', '.join(missing)}")
    return passed(f"{app} loads, {sum(map(len, paths.values()))} endpoints")


def error_before(run: Run, app: str) -> str | None:
    """Return why the application cannot be imported without the change; None where it can be."""
    database = run.databases.empty("imports")
    arguments = (str(PAYLOADS / "load.py"), app)
    done = run.python(*arguments, database=database, folder=run.unchanged(), timeout=_SECONDS)
    return None if done.ok else _plain(error_in(done.stdout))


def _plain(error: str) -> str:
    """Return an error without what differs from run to run: the names of databases and copies."""
    return re.sub(r"/\S+|\w*[0-9]\w*", "…", error)


def paths_in(output: str) -> Mapping[str, Sequence[str]] | None:
    """Return the methods of each path from what the payload says; None if it failed."""
    for line in output.splitlines():
        if line.startswith('{"paths"'):
            answer: dict[str, Any] = json.loads(line)
            found: dict[str, list[str]] = answer["paths"]
            return found
    return None


def error_in(output: str) -> str:
    """Return the error that the payload speaks of."""
    for line in output.splitlines():
        if line.startswith('{"error"'):
            return str(json.loads(line)["error"])
    return "it ended without a word"


def missing_endpoints(
    paths: Mapping[str, Sequence[str]], expected: Sequence[tuple[str, str]]
) -> list[str]:
    """Return the expected endpoints that are not among the paths, as `METHOD path`."""
    return [
        f"{method.upper()} {path}"
        for method, path in expected
        if method.upper() not in paths.get(path, ())
    ]
