"""`audit --fix` on a whole project: its tests decide, a repair that they refuse is left and told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backwright.cli.main import app

pytestmark = pytest.mark.slow
HOST = Path(__file__).parents[1] / "hosts" / "flat" / "before"
PAGES = """

@app.get("/numbers")
def numbers(limit: int = 20) -> list[int]:
    return list(range(limit))
"""
LARGE = """

def test_a_large_page(client: TestClient):
    assert len(client.get("/numbers?limit=1000").json()) == 1000
"""


def audit(root: Path, *words: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(
        app, ["audit", "--project", str(root), "--quiet", "--json", "--yes", *words]
    )
    return result.exit_code, json.loads(result.stdout)


def contents(root: Path) -> dict[str, bytes]:
    found = (one for one in root.rglob("*") if one.is_file() and one.suffix in {".py", ".txt"})
    return {str(one.relative_to(root)): one.read_bytes() for one in found}


def test_what_the_tests_refuse_is_left_and_the_rest_is_mended(tmp_path: Path) -> None:
    root = tmp_path / "flat"
    shutil.copytree(HOST, root)
    with (root / "main.py").open("a") as main, (root / "test_main.py").open("a") as tests:
        main.write(PAGES)
        tests.write(LARGE)
    before = contents(root)
    code, held = audit(root, "--fix")
    assert code == 1
    assert {one["rule"] for one in held["fixed"]} == {"missing-type-hints"}
    (dropped,) = held["dropped"]
    assert dropped["rule"] == "unbounded-page"
    assert "test_a_large_page" in dropped["why"]
    verdicts = {one["check"]: one["verdict"] for one in held["verified"]}
    assert verdicts["tests"] == "pass"
    mended = contents(root)
    assert {path for path in before if before[path] != mended[path]} == {"main.py"}
    assert "-> None" in mended["main.py"].decode()
    assert audit(root, "--fix")[1]["fixed"] == []
    assert contents(root) == mended
    result = CliRunner().invoke(app, ["undo", "--project", str(root)])
    assert result.exit_code == 0, result.output
    assert contents(root) == before
