"""Objects are tried with what they need around them: labels put on, children, fields that show them."""

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
from backwright.probe.naming import path_to_id
from backwright.probe.objects import Slot
from backwright.probe.sqlite import SqliteOracle
from backwright.report.events import silence
from backwright.report.probe_types import ProbeReport


def probed(folder: Path, sabotage: str) -> ProbeReport:
    file = folder / "rows.sqlite3"
    environment = {**os.environ, "SABOTAGE": sabotage, "DATABASE_FILE": str(file)}
    words = [sys.executable, "-m", "uvicorn", "kennel:app", "--log-level", "warning", "--port"]
    here = Path(__file__).parent
    with serve(lambda port: [*words, str(port)], cwd=here, env=environment) as server:
        document = fetch_json(f"{server.url}/openapi.json")
        style = Style(app="kennel:app")
        target = Target("kennel", server.url, document, SqliteOracle(file), style=style)
        return Engine(target, silence, ("isolation",)).run()


def test_without_a_fault_everything_is_proved(tmp_path: Path) -> None:
    report = probed(tmp_path, "")
    assert report.failures == ()
    mine = [one for one in report.matrix if one.actor == "other" and one.path[1:2] in "alv"]
    assert {one.cell for one in mine} == {"isolated"}


@pytest.mark.parametrize(
    ("sabotage", "check", "key"),
    [
        ("labels", "links-foreign-object", "POST /animals/labels"),
        ("heavy", "other-lists", "GET /animals/heavy"),
        ("unlabels", "other-deletes", "DELETE /animals/{animal_id}/labels/{label_id}"),
        ("visits-first", "write-before-check", "DELETE /animals/{animal_id}"),
    ],
)
def test_a_fault_is_found_where_it_is(tmp_path: Path, sabotage: str, check: str, key: str) -> None:
    found = {(one.check, f"{one.method} {one.path}") for one in probed(tmp_path, sabotage).failures}
    assert (check, key) in found


def test_the_key_of_a_parent_is_not_taken_for_that_of_its_child(tmp_path: Path) -> None:
    written = probed(tmp_path, "").tests
    assert 'visit_id = made.json()["id"]' in written
    assert 'visit_id = made.json()["animal_id"]' not in written


def test_what_is_joined_and_what_only_some_lists_show_is_in_the_tests(tmp_path: Path) -> None:
    written = probed(tmp_path, "").tests
    (tmp_path / "test_isolation.py").write_text(written, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "SABOTAGE": "",
                   "DATABASE_FILE": str(tmp_path / "tests.sqlite3")}  # fmt: skip
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_isolation.py"]
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "test_delete_animals_animal_id_labels_label_id_is_kept_from_others" in written
    assert "test_get_animals_heavy_is_kept_from_others" in written


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"animal_id": 1, "id": 1}, '["id"]'),
        ({"data": {"animal_id": 1, "visit_id": 1}}, '["data"]["visit_id"]'),
        ({"animal_id": 1, "id": 2}, None),
        ({"weight": 1, "id": 2}, None),
        ({"id": 2, "animal": {"id": 1}}, None),
    ],
)
def test_a_key_is_known_by_its_name(answer: dict[str, object], path: str | None) -> None:
    assert path_to_id(answer, 1, Slot("path", "visit_id", "visit")) == path
