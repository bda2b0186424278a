"""Work in a process beside ours: its result, its failure, and that reading comes out the same."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import backwright
from backwright.project import reading
from backwright.project.apart import apart
from backwright.project.files import read_tree
from backwright.project.ownership import halves

HOUSE = Path(backwright.__file__).parent / "house"


def test_the_result_comes_from_another_process() -> None:
    """In an interpreter of its own: other tests may leave threads in this one."""
    asks = "import os; from backwright.project.apart import apart; print(apart(os.getpid)(), os.getpid())"
    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    there, here = told.stdout.split()
    assert there != here


def test_beside_another_thread_it_is_done_here() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert apart(os.getpid)() == os.getpid()
    finally:
        done.set()
        other.join()


def test_what_fails_there_is_done_here() -> None:
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            os._exit(3)
        return "done"

    assert apart(work)() == "done"


def test_an_error_of_the_work_is_raised_here() -> None:
    def work() -> None:
        message = "no such thing"
        raise LookupError(message)

    with pytest.raises(LookupError, match="no such thing"):
        apart(work)()


def test_a_project_is_read_the_same_with_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MANY", 1)
    monkeypatch.setattr(halves, "MANY", 1)
    beside = reading.read(read_tree(HOUSE))

    def here(work: Callable[[], object]) -> Callable[[], object]:
        return work

    monkeypatch.setattr(reading, "apart", here)
    monkeypatch.setattr(halves, "apart", here)
    assert reading.read(read_tree(HOUSE)) == beside
    assert any(one.owner_scoped for one in beside.endpoints)
