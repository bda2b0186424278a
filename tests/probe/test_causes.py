"""The cause of a server error is read from the log, also when that comes late, and from no other."""

from __future__ import annotations

import threading
import time

import pytest

from backwright.host.process import Bounded
from backwright.probe.causes import Watcher
from backwright.probe.client import Answer, Call, Exchange, Identity
from backwright.probe.operations import Operation

TRACE = b'Traceback (most recent call last):\n  File "/app/main.py", line 7, in read\n%s\n'


def failed(number: int, status: int = 500) -> Exchange:
    call = Call(Operation("GET", f"/things/{number}"))
    return Exchange(number, Identity("ann"), call, Answer(status, {}, "", 0.0))


def test_a_log_that_comes_after_the_answer_is_waited_for() -> None:
    log = Bounded(10_000)
    watcher = Watcher(log, "/app")
    watcher.before()
    later = threading.Timer(0.2, log.add, [TRACE % b"ValueError: a bad thing"])
    later.start()
    watcher.after(failed(1))
    later.join()
    cause = watcher.cause(failed(1), "NUL")
    assert (cause.text, cause.file, cause.line) == ("ValueError: a bad thing", "main.py", 7)


def test_what_comes_too_late_is_found_in_the_end_and_belongs_to_one() -> None:
    log = Bounded(10_000)
    watcher = Watcher(log, "/app", _patience=0.05)
    for number, said in ((1, b"KeyError: 'first'"), (2, b"TypeError: second")):
        watcher.before()
        watcher.after(failed(number))
        log.add(TRACE % said)
    assert watcher.cause(failed(1), "x").text == "KeyError: 'first'"
    assert watcher.cause(failed(2), "x").text == "TypeError: second"


def test_many_at_once_are_not_taken_for_the_cause_of_the_one_before() -> None:
    log = Bounded(10_000)
    watcher = Watcher(log, "/app", _patience=0.05)
    watcher.before()
    watcher.after(failed(1))
    watcher.before_many()
    log.add(TRACE % b"ValueError: of the others")
    assert "the log says nothing" in watcher.cause(failed(1), "NUL in the body").text


def test_a_silent_server_is_waited_for_ever_more_shortly() -> None:
    watcher = Watcher(Bounded(100), "/app")
    watcher.before()
    for number in range(3):
        watcher.after(failed(number))
    started = time.monotonic()
    watcher.after(failed(9))
    assert time.monotonic() - started < watcher._patience * 20
    assert watcher._patience < 0.3


def test_a_server_that_stops_answering_is_one_finding() -> None:
    watcher = Watcher()
    first, second = (watcher.cause(failed(1, 599), what) for what in ("NUL", "long text"))
    assert first.key == second.key


@pytest.mark.parametrize(
    ("said", "same"),
    [
        (b'IntegrityError: null value in column "%s" violates not-null constraint', True),
        (b"IntegrityError: NOT NULL constraint failed: note.%s", True),
        (b"ValueError: '%s' is too long", True),
        (b"KeyError: %s", False),
    ],
)
def test_columns_of_one_statement_have_one_root(said: bytes, same: bool) -> None:
    log = Bounded(10_000)
    watcher = Watcher(log, "/app", _patience=0.05)
    roots = set()
    for number, name in enumerate((b"title", b"body")):
        watcher.before()
        log.add(TRACE % (said % name))
        watcher.after(failed(number))
        roots.add(watcher.cause(failed(number), "null").key)
    assert len(roots) == (1 if same else 2)
