"""What was proved as a pytest file: it passes on the same API, and fails on one that leaks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backwright.host.server import serve
from backwright.probe.as_tests import Style
from backwright.probe.client import fetch_json
from backwright.probe.engine import Engine, Target
from backwright.probe.sqlite import SqliteOracle
from backwright.report.events import silence

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("rows") / "rows.sqlite3"
    environment = {**os.environ, "SABOTAGE": "", "DATABASE_FILE": str(file)}
    words = [sys.executable, "-m", "uvicorn", "tiny:app", "--log-level", "warning", "--port"]
    with serve(lambda port: [*words, str(port)], cwd=HERE, env=environment) as server:
        document = fetch_json(f"{server.url}/openapi.json")
        target = Target(
            "tiny", server.url, document, SqliteOracle(file), style=Style(app="tiny:app")
        )
        return Engine(target, silence, ("isolation",)).run().tests


def run(text: str, folder: Path, sabotage: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_isolation.py").write_text(text, encoding="utf-8")
    environment = {**os.environ, "SABOTAGE": sabotage, "PYTHONPATH": str(HERE),
                   "DATABASE_FILE": str(folder / "rows.sqlite3")}  # fmt: skip
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_isolation.py"]
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_it_needs_nothing_of_ours_and_passes(written: str, tmp_path: Path) -> None:
    assert "backwright." not in written
    done = run(written, tmp_path, "")
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


@pytest.mark.parametrize("sabotage", ["leaks", "deletes"])
def test_it_fails_where_a_row_is_not_kept(written: str, tmp_path: Path, sabotage: str) -> None:
    done = run(written, tmp_path, sabotage)
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
