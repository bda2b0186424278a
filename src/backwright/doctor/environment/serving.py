"""Servers that speak another protocol than the application, and drivers without their library."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_STARTERS = (
    "Procfile", "Dockerfile", "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml",
    "start.sh", "run.sh", "entrypoint.sh", "scripts/start.sh", "scripts/entrypoint.sh", "Makefile", "app.yaml",
    "render.yaml", "fly.toml", "railway.toml",
)  # fmt: skip
_WORKER = "-k uvicorn.workers.UvicornWorker"


@diagnosis
def worker(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a server of WSGI, which calls the application with two arguments where ASGI has three."""
    pattern = r"__call__\(\) missing 1 required positional argument: 'send'"
    for ground, raised, _ in evidence.raised(pattern):
        place = started_at(evidence, "gunicorn")
        server = "gunicorn" if "gunicorn" in evidence.log else "the server"
        yield Cause(
            "environment", "server-of-wsgi",
            f"{server} runs the application by a worker of WSGI, and FastAPI speaks ASGI",
            (raised.text,), place,
            f"gunicorn {_WORKER} …, or uvicorn itself", "start it again, and repeat the request",
            repairs=_by_uvicorn(evidence, place), failure=ground.number, count=ground.count,
        )  # fmt: skip


def started_at(evidence: Evidence, word: str) -> Place | None:
    """Return the line of a file that starts the server, by a word in it."""
    for file in _STARTERS:
        for number, line in enumerate(evidence.sources.text(file).splitlines(), 1):
            if re.search(rf"(?<![\w-]){re.escape(word)}\b", line) and not line.lstrip().startswith(
                "#"
            ):
                return Place(file, number)
    return None


def _by_uvicorn(evidence: Evidence, place: Place | None) -> tuple[Repair, ...]:
    if place is None:
        return ()
    line = evidence.sources.line(place)
    if "uvicorn" in line:
        return ()
    if found := re.search(r"""["']gunicorn["'],""", line):  # a list of words
        words = f'{found[0]} "-k", "uvicorn.workers.UvicornWorker",'
    elif found := re.search(r"\bgunicorn\b(?=\s)", line):
        words = f"gunicorn {_WORKER}"
    else:
        return ()
    line_without = re.sub(r"\s(?:-k|--worker-class)[ =]\S+", "", line)
    return evidence.replaced(place, line, line_without.replace(found[0], words, 1))


@diagnosis
def wrapper(evidence: Evidence) -> Iterator[Cause]:
    """Tell of psycopg without a library to speak by."""
    for ground, raised, _ in evidence.raised(r"no pq wrapper available"):
        place, repairs = _binary(evidence)
        yield Cause(
            "environment", "libpq-missing",
            "psycopg is installed without its binary, and this machine has no libpq",
            (raised.text.split("\n", 1)[0],), place or ground.place,
            "pip install 'psycopg[binary]', or the system's libpq5", "start the application again",
            repairs=repairs, failure=ground.number, count=ground.count,
        )  # fmt: skip


def _binary(evidence: Evidence) -> tuple[Place | None, tuple[Repair, ...]]:
    """Return the line that requires psycopg, and the repair that asks for its binary."""
    pattern = re.compile(r"(?m)(^|[\"'])psycopg(?=\s*(?:$|[<>=~!;\"']))")
    for file in evidence.sources.configuration:
        if file.endswith((".txt", ".toml", ".in", ".cfg")):
            text = evidence.sources.text(file)
            if found := pattern.search(text):
                after = pattern.sub(r"\1psycopg[binary]", text)
                return Place(file, text.count("\n", 0, found.end()) + 1), finished(
                    file, text, after
                )
    return None, ()
