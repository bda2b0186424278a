"""A run that is killed at any step goes on without a lost or doubled effect, and leaves no process."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.agent.loop.killing import EXPECTED

ROOT = Path(__file__).parents[3]
needs_bubblewrap = pytest.mark.skipif(not shutil.which("bwrap"), reason="there is no bubblewrap")


def kill(folder: Path, *words: str, program: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Run the killing; return what each kill left."""
    argv = [*(program or (sys.executable,)), "-m", "tests.agent.loop.killing", str(folder), *words]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_made_good(told: list[dict[str, Any]]) -> None:
    """Each kill but those before the run had begun was made good; each effect is there once."""
    assert len(told) >= 3
    for one in told:
        where = f"killed {one['when']} line {one['line']}"
        assert one["left"] == [], where
        if one["kinds"]:
            assert one["codes"][-1] == 0 or one["codes"] == [-9], where  # the latter: it was over
            assert one["kinds"][-1] == "ended", where
            assert one["changes"] == 1, where
            assert {name: one["files"].get(name) for name in EXPECTED} == EXPECTED, where
            assert '"hello" + "!"' in one["files"]["main.py"], where
            assert one["files"]["main.py"].count("!") == 1, where
        else:
            assert one["changes"] == 0, where


@needs_bubblewrap
def test_some_kills(tmp_path: Path) -> None:
    assert_made_good(kill(tmp_path, "--every", "20", "--from", "7"))


@pytest.mark.slow
@needs_bubblewrap
def test_a_kill_at_every_step(tmp_path: Path) -> None:
    told = kill(tmp_path)
    assert_made_good(told)
    assert len(told) >= 60
