"""The contract's exit codes and JSON documents, as another program sees them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from backwright.cli.main import app
from backwright.tasks.house import house_draft


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    house_draft().write_into(folder)
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def document(*words: str, code: int) -> dict[str, Any]:
    result = run(*words, "--json", "--quiet")
    assert result.exit_code == code, result.output
    parsed: dict[str, Any] = json.loads(result.stdout)
    assert parsed["schema"] == 1
    return parsed


def test_a_wrong_field_word_is_exit_2_and_changes_nothing(house: Path) -> None:
    before = snapshot(house)
    error = document("add", "resource", "Product", "name:strr", "--project", str(house), code=2)[
        "error"
    ]
    assert "name:strr" in error["message"]
    assert "'str'" in error["message"]
    assert "types:" in error["remedy"]
    assert snapshot(house) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Product",), "has no field"),
        (("Products", "name:str"), "is a plural"),
        (("None", "name:str"), "Python language"),
        (("Product", "shelf:ref:Shelf"), "is no model of this project"),
        (("Product", "project:ref:Projekt"), "did you mean 'Project'?"),
        (("Product", "part:ref:Product"), "could never be made"),
        (("Country", "task:ref:Task", "--owner", "none"), "cannot refer to a Task"),
        (("Product", "name:str", "--owner", "Team"), "owns nothing here"),
        (("Product", "name:str", "--like", "Nothing"), "is no resource"),
        (("Product", "name:str", "--answer", "owner"), "answers nothing"),
        (("Text", "name:str"), "means something else in app/models.py"),
        (("Task", "name:str"), "is there already, and differs"),
    ],
)
def test_wrong_requests_are_exit_2(house: Path, words: tuple[str, ...], message: str) -> None:
    before = snapshot(house)
    error = document("add", "resource", *words, "--project", str(house), code=2)["error"]
    assert message in error["message"]
    assert error["remedy"]
    assert snapshot(house) == before


def test_a_resource_that_is_there_already_is_nothing_to_do(house: Path) -> None:
    before = snapshot(house)
    words = ("Label", "name:str:1..30:unique")
    report = document("add", "resource", *words, "--project", str(house), code=0)
    assert report["files"] == []
    assert report["undo"] is None
    assert snapshot(house) == before


def test_a_question_is_exit_3_with_choices_and_trade_offs(house: Path) -> None:
    words = ("add", "resource", "Country", "name:str", "--like", "Label", "--project", str(house))
    question = document(*words, code=3)["question"]
    assert question["key"] == "owner"
    assert [choice["value"] for choice in question["choices"]] == ["User", "none"]
    assert all(choice["trade_off"] for choice in question["choices"])
    assert question["recommended"] == "User"
    text = run(*words)
    assert text.exit_code == 3
    assert "--answer owner=none" in text.stdout


def test_a_wrong_answer_is_exit_2(house: Path) -> None:
    words = ("Country", "name:str", "--like", "Label", "--answer", "owner=Team")
    error = document("add", "resource", *words, "--project", str(house), code=2)["error"]
    assert "'Team' is no answer" in error["message"]


def test_a_dry_run_where_nothing_can_be_learnt_from_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    words = ("add", "resource", "Product", "name:str", "--dry-run", "--project", str(tmp_path))
    report = document(*words, code=0)
    assert report["plan"]
    assert [p.name for p in tmp_path.iterdir()] == ["main.py"]


@pytest.mark.parametrize("name", ["Shop", "my shop", "-x", "a/b", "../up", "x" * 51, ""])
def test_a_wrong_project_name_is_exit_2(tmp_path: Path, name: str) -> None:
    result = run("new", "--project", str(tmp_path), "--json", "--", name)
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "notes.txt").write_text("mine")
    error = document("new", "shop", "--project", str(tmp_path), code=2)["error"]
    assert "there already" in error["message"]
    assert (tmp_path / "shop" / "notes.txt").read_text() == "mine"


def test_history_of_a_project_without_changes(house: Path) -> None:
    assert document("history", "--project", str(house), code=0)["changes"] == []


def test_undo_without_a_change_is_exit_2(house: Path) -> None:
    assert document("undo", "--project", str(house), code=2)["error"]["message"]


def test_a_folder_that_is_not_there_is_exit_2(tmp_path: Path) -> None:
    error = document("history", "--project", str(tmp_path / "nowhere"), code=2)["error"]
    assert "nowhere" in error["message"]


def test_no_colors_where_stdout_is_no_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backwright", "--help"], capture_output=True, check=True
    )
    assert b"\x1b[" not in done.stdout


def test_a_fault_of_ours_is_told_apart_from_problems_found(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backwright.tasks.undo.read_history", lambda _: 1 // 0)
    message = document("history", "--project", str(house), code=70)["error"]["message"]
    assert "ZeroDivisionError" in message
    assert "test_exit_codes.py" in message
