"""Logs of many kinds say the same: the exception, its frames, its request, how often."""

from __future__ import annotations

import json

import pytest

from backwright.doctor.log_lines import log_lines
from backwright.doctor.tracebacks import Failure, failures_in, requests_in

TRACE = """Traceback (most recent call last):
  File "/srv/app/app/main.py", line 12, in health
    return names["state"]
           ~~~~~^^^^^^^^^
KeyError: 'state'"""
ACCESS = 'INFO:     127.0.0.1:5000 - "GET /health HTTP/1.1" 500 Internal Server Error'
STRUCTURED = [
    {
        "exc_type": "KeyError",
        "exc_value": "'state'",
        "frames": [{"filename": "/srv/app/app/main.py", "lineno": 12, "name": "health"}],
    }
]


def each_line(before: str) -> str:
    return "\n".join(f"{before}{line}" for line in [ACCESS, *TRACE.splitlines()])


def boxed() -> str:
    wide = "─" * 20
    return "\n".join(
        [
            ACCESS,
            f"╭{wide} Traceback (most recent call last) {wide}╮",
            "│ /srv/app/app/main.py:12 in health                │",
            '│ ❱ 12     return names["state"]                   │',
            f"╰{wide}{wide}╯",
            "KeyError: 'state'",
        ]
    )


def grouped() -> str:
    lines = "\n".join(f"    | {line}" for line in TRACE.splitlines())
    return (
        f"{ACCESS}\n  + Exception Group Traceback (most recent call last):\n"
        '  |   File "/srv/venv/lib/python3.12/site-packages/anyio/_backends/_asyncio.py", line 7, in aexit\n'
        "  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n"
        f"  +-+---------------- 1 ----------------\n{lines}\n    +------------------------------------"
    )


KINDS = {
    "uvicorn": f"{ACCESS}\nERROR:    Exception in ASGI application\n{TRACE}",
    "gunicorn": f"[2026-11-26 01:02:03 +0000] [7] [ERROR] Exception in ASGI application\n{TRACE}\n{ACCESS}",
    "compose": each_line("web-1  | "),
    "journal": each_line("Nov 26 01:02:03 host uvicorn[812]: "),
    "kubernetes": each_line("2026-11-26T01:02:03.123456789Z stderr F "),
    "docker": each_line("2026-11-26T01:02:03.123456789Z "),
    "json": f"{ACCESS}\n" + json.dumps({"level": "error", "event": "failed", "exception": TRACE}),
    "structlog": f"{ACCESS}\n" + json.dumps({"event": "failed", "exception": STRUCTURED}),
    "logger": f"{ACCESS}\n"
    + json.dumps({"message": "failed", "exc_info": TRACE, "timestamp": "now"}),
    "rich": boxed(),
    "group": grouped(),
    "windows": f"{ACCESS}\r\n" + TRACE.replace("\n", "\r\n"),
    "colored": f"\x1b[31m{ACCESS}\x1b[0m\n{TRACE}",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_log_tells_the_same(kind: str) -> None:
    found = failures_in(log_lines(KINDS[kind]))
    assert len(found) == 1, found
    last = found[0].last
    assert (last.type, last.message) == ("KeyError", "'state'")
    frame = last.frames[-1]
    assert (frame.file, frame.line, frame.function) == ("/srv/app/app/main.py", 12, "health")
    assert str(found[0].request) == "GET /health"


def test_a_chain_is_one_failure_and_its_first_link_the_root() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "/x/driver.py", line 1, in execute\n    run()\n'
        'psycopg.errors.UniqueViolation: duplicate key value violates unique constraint "a_key"\n'
        "DETAIL:  Key (a)=(1) already exists.\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        "Traceback (most recent call last):\n"
        '  File "/srv/app/app/main.py", line 3, in create\n    session.commit()\n'
        "sqlalchemy.exc.IntegrityError: (psycopg.errors.UniqueViolation) duplicate key\n"
        "[SQL: INSERT]\n(Background on this error at: https://sqlalche.me/e/20/gkpj)\n"
        "INFO:     Shutting down\n"
    )
    found = failures_in(log_lines(text))
    assert [one.name for one in found[0].chain] == ["UniqueViolation", "IntegrityError"]
    assert "Key (a)=(1)" in found[0].chain[0].message
    assert "Shutting down" not in found[0].last.message


def test_a_log_without_errors_has_none() -> None:
    lines = log_lines(f"INFO:     Started server process [1]\n{ACCESS.replace('500', '200')}\n")
    assert failures_in(lines) == []
    assert [one.status for one in requests_in(lines)] == [200]


def test_an_error_without_a_traceback_is_heard_too() -> None:
    found: list[Failure] = failures_in(
        log_lines('sqlalchemy.exc.OperationalError: FATAL: database "app" does not exist')
    )
    assert found[0].last.name == "OperationalError"
    assert found[0].last.frames == ()
