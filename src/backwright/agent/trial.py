"""Trying the boundary on this machine, around an empty folder."""

from __future__ import annotations

import time

from backwright.agent.sandbox import Site, boundary, engine
from backwright.errors import MissingError
from backwright.host.folders import scratch
from backwright.report.boundary_text import BoundaryReport

_SERVER = "python3 -m http.server 8000 --bind 127.0.0.1 >/dev/null 2>&1 &"
_ASKED = """python3 - <<'END'
import time, urllib.request
for _ in range(100):
    try:
        urllib.request.urlopen("http://127.0.0.1:8000/").read()
        break
    except OSError:
        time.sleep(0.05)
else:
    raise SystemExit("no answer")
END"""
_WORKS = {
    "a server": _SERVER,
    "a request to it": _ASKED,
    "a database": "psql -qAt -c 'SELECT 1'",
}


def try_boundary() -> BoundaryReport:
    """Make a boundary, try to get out of it, and do inside what a backend needs.

    Raises:
        MissingError: this system cannot give it, it does not hold, or something does not work.
    """
    started = time.monotonic()
    with scratch("trial") as folder:
        workspace = folder / "workspace"
        workspace.mkdir()
        with boundary(Site(workspace, engine=engine())) as inside:
            for name, command in _WORKS.items():
                code, said = inside.bash(command, seconds=30)
                if code != 0:
                    raise MissingError(f"{name} does not work inside the boundary: {said.strip()}")
            tried = tuple(proof.proof for proof in inside.proofs)
    return BoundaryReport(tried, tuple(_WORKS), round(time.monotonic() - started, 2))
