"""The application starts as a server, and each new endpoint answers without a server error."""

from __future__ import annotations

import http.client
import re

from backwright.host.server import Server, serve
from backwright.workshop.bench import PAYLOADS, Run, tail
from backwright.workshop.checks.imports import missing_endpoints, paths_in
from backwright.workshop.registry import Outcome, check, failed, passed, skipped


@check("starts", order=40, after=("imports", "migrations"))
def starts(run: Run) -> Outcome:
    """Serve the application on a migrated database, and send each new endpoint a request."""
    bench = run.bench
    if bench.app is None:
        return skipped("no application was found to start")
    if not bench.environment.has("uvicorn"):
        return skipped(f"uvicorn is not installed in {bench.environment.prefix}")
    app, python = bench.app, str(bench.environment.python)
    database = run.databases.migrated("starts")
    with serve(
        lambda port: [python, str(PAYLOADS / "load.py"), app, str(port)],
        cwd=run.folder,
        env=run.variables(database),
        timeout=60,
        processes=run.processes,
    ) as server:
        paths = paths_in(server.output())
        missing = missing_endpoints(paths or {}, bench.expected_endpoints)
        if missing:
            return failed(f"the server lacks {', '.join(missing)}")
        for method, path in bench.expected_endpoints:
            status = _status(server, method, path)
            if status >= 500:
                said = tail(server.output())
                return failed(f"{method} {path} answers {status}:\n{said}")
    answered = f", {len(bench.expected_endpoints)} new endpoints answer"
    return passed(f"up in {server.seconds:.1f} s{answered if bench.expected_endpoints else ''}")


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
