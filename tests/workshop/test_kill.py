"""SIGKILL at every file operation of a commit and of an undo, one after the other.

An audit hook (PEP 578) in a child process sees every operation on files before it happens, and
kills the child before number N; N goes up until the child lives to the end. After each kill the
next command must find the tree as it was or as it should be, byte for byte.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.workshop.trees import change, lay_out, snapshot

from backwright.workshop.commit import commit, recover
from backwright.workshop.history import history, undo

CHILD = """
import os, sys, signal, pathlib
root, at, verb, guarded = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
from backwright.host import watchdog
from backwright.workshop import commit, undo
from tests.workshop.trees import change
if guarded == "alone":
    watchdog._tell = lambda line: None
seen = 0
WATCHED = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.chmod", "os.chown",
           "os.utime", "os.listdir", "os.scandir", "os.link", "shutil.rmtree", "shutil.copytree"}
def hook(event, args):
    global seen
    if event in WATCHED and "project" in str(args[:1]):
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)
changes = change()
sys.addaudithook(hook)
if verb == "commit":
    commit(root, changes, command="x")
else:
    undo(root)
"""
REPOSITORY = Path(__file__).resolve().parents[2]


def run_child(root: Path, at: int, verb: str, guarded: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(root), str(at), verb, guarded],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def fresh(tmp_path: Path, verb: str, at: int) -> Path:
    root = tmp_path / f"project-{verb}-{at}"
    root.mkdir()
    lay_out(root)
    if verb == "undo":
        commit(root, change(), command="x")
    return root


@pytest.mark.parametrize("verb", ["commit", "undo"])
def test_a_kill_at_any_operation(tmp_path: Path, verb: str) -> None:
    reference = fresh(tmp_path, verb, 0)
    before = snapshot(reference)
    (commit(reference, change(), command="x") if verb == "commit" else undo(reference))
    after = snapshot(reference)
    outcomes = {"before": 0, "after": 0}
    at = 0
    while True:
        at += 1
        root = fresh(tmp_path, verb, at)
        code = run_child(root, at, verb, "alone")
        recover(root)
        found = snapshot(root)
        assert found in (before, after), f"torn by a kill at operation {at}"
        assert recover(root) is None, "recovery is idempotent"
        outcomes["after" if found == after else "before"] += 1
        if found == before:  # the next run works
            (commit(root, change(), command="again") if verb == "commit" else undo(root))
        assert snapshot(root) == after
        assert sum(item.undone_by is None for item in history(root)) >= 1
        if code == 0:
            break
    assert at > 50, f"only {at} instants"
    assert min(outcomes.values()) > 5, outcomes


def test_the_watchdog_mends_at_once(tmp_path: Path) -> None:
    """Without any next command the tree becomes whole within a moment."""
    torn = 0
    before = after = None
    for at in range(1, 200, 7):
        root = fresh(tmp_path, "commit", at)
        before = snapshot(root)
        if run_child(root, at, "commit", "guarded") == 0:
            after = snapshot(root)
            break
        torn += (root / ".backwright/journal.json").exists()
        until = time.monotonic() + 20
        while (root / ".backwright/journal.json").exists() and time.monotonic() < until:
            time.sleep(0.02)
        found = {n: c for n, (_, c) in snapshot(root).items() if c is not None}
        wanted = {edit.path: edit.after for edit in change().edits if edit.after is not None}
        plain = {n: c for n, (_, c) in before.items() if c is not None}
        assert found in (plain, {"untouched.bin": plain["untouched.bin"], **wanted}), at
    assert after is not None
    assert torn > 1, "no kill fell into the middle"
