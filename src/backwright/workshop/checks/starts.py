"""The application starts as a server, and each new endpoint answers without a server error."""

from __future__ import annotations

import http.client
import re
from contextlib import AbstractContextManager
from pathlib import Path

from backwright.host.server import Server, ServerFailedError, serve
from backwright.workshop.bench import PAYLOADS, Run, last_first, tail
from backwright.workshop.checks.imports import missing_endpoints, paths_in
from backwright.workshop.registry import Outcome, check, failed, passed, skipped

_ERROR = 500


@check("starts", order=40, after=("imports", "migrations"))
def starts(run: Run) -> Outcome:
    """Serve the application on a migrated database, and send each new endpoint a request."""
    bench = run.bench
    if bench.app is None:
        return skipped("no application was found to start")
    if not bench.environment.has("uvicorn"):
        return skipped(f"uvicorn is not installed in {bench.environment.prefix}")
    try:
        return _serve_changed(run)
    except ServerFailedError as error:
        reason = f"the server does not start: {last_first(error.message)}"
        return failed(reason) if _worked_before(run) else skipped(f"before, too, {reason}")


def _serve_changed(run: Run) -> Outcome:
    """Serve the changed copy and look at its endpoints."""
    bench = run.bench
    with _serve(run, run.folder) as server:
        missing = missing_endpoints(paths_in(server.output()) or {}, bench.expected_endpoints)
        asked = () if missing else bench.expected_endpoints
        answers = {one: _status(server, *one) for one in asked}
        bad = [one for one, status in answers.items() if status >= _ERROR]
        likes = {one: bench.like_endpoints[one] for one in bad if one in bench.like_endpoints}
        same = [one for one, like in likes.items() if _status(server, *like) >= _ERROR]
    if missing:
        return failed(f"the server lacks {', '.join(missing)}")
    for one in bad:
        if one not in same:
            return failed(f"{' '.join(one)} answers {answers[one]}:\n{_log(server)}")
    answered = f", {len(answers)} new endpoints answer" if answers else ""
    told = "".join(
        f"; {' '.join(one)} answers {answers[one]} for a row that is not there, as {' '.join(likes[one])} does"
        for one in same
    )
    return passed(f"answers {server.seconds:.1f} s after its start{answered}{told}")


def _serve(run: Run, folder: Path) -> AbstractContextManager[Server]:
    """Serve a copy of the project on a migrated database."""
    python, app = str(run.bench.environment.python), run.bench.app or ""
    return serve(
        lambda port: [python, str(PAYLOADS / "load.py"), app, str(port)],
        cwd=run.place(folder),
        env=run.variables(run.databases.migrated("starts"), folder=folder),
        timeout=60,
        processes=run.processes,
    )


def _worked_before(run: Run) -> bool:
    """Tell whether the application starts without the change."""
    try:
        with _serve(run, run.unchanged()):
            return True
    except ServerFailedError:
        return False


def _log(server: Server) -> str:
    """Return the end of what a server has logged, complete now that it has ended."""
    lines = server.output().splitlines()
    return tail("\n".join(line for line in lines if not line.startswith('{"paths"')))


def _status(server: Server, method: str, path: str) -> int:
    """Send a request that carries nothing, with 1 for every path parameter; 599 for no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, re.sub(r"\{[^}]*\}", "1", path))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 599
    finally:
        connection.close()
