"""Relations added to host projects with the endpoints that they give: each diff was read by a person.

`UPDATE_GOLDEN=1 pytest tests/transfer/nested` writes the diffs anew; read what changed.
"""

from __future__ import annotations

import ast
import difflib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.spec.fields import read_fields
from backwright.tasks.add_relation import AddRelation, as_field
from backwright.tasks.extend_by_example import _learning
from backwright.tasks.nested import Below, write_below
from backwright.transfer.dialect.quotes import in_quotes
from backwright.transfer.draft import Draft
from backwright.transfer.example.extending import extend_resource

HERE = Path(__file__).parent
HOSTS = HERE.parents[1] / "hosts"
CASES = {
    "columns": "Brand one-to-many Car maker",
    "flat": "Film many-to-many Studio partners",
    "flat-itself": "Film many-to-many Film sequels",
    "layered": "Category one-to-many Product shelf",
    "shared": "Driver one-to-many Trip helper",
}
REASONS = {
    "prefixed": ("Room one-to-many Event place", "Room has no endpoint to list rows"),
    "views": ("Shelf one-to-many Part spare", "nor a session at hand"),
    "domains": ("Note many-to-many Note links", "neither handler has a session at hand"),
}


def related(host: Path, words: str) -> Below:
    """Add a relation to a project, without proof or migration."""
    left, kind, right, name = words.split()
    resource, word = as_field(AddRelation(host, left, kind, right, name))
    fields = read_fields([word])
    before = read_project(host)
    learning = _learning(host, resource, fields, {})
    draft = Draft(host)
    extend_resource(draft, learning, width=100)
    for path, (_, after) in draft.changes().items():
        assert after is not None
        (host / path).write_bytes(after)
    return write_below(host, before, learning.chain.model.name, fields[0], 100)


def made(name: str, folder: Path) -> Path:
    host = folder / "host"
    shutil.copytree(HOSTS / name.partition("-")[0] / "before", host)
    return host


@pytest.mark.parametrize("name", sorted(CASES))
def test_endpoints_of_a_relation(name: str, tmp_path: Path) -> None:
    host = made(name, tmp_path)
    below = related(host, CASES[name])
    diff = ""
    for path, before in below.before.items():
        after = (host / path).read_text()
        ast.parse(after)
        lines = before.decode().splitlines(keepends=True), after.splitlines(keepends=True)
        diff += "".join(difflib.unified_diff(*lines, f"a/{path}", f"b/{path}"))
    golden = HERE / f"{name}.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(diff)
    assert diff == golden.read_text()
    assert [n.text for n in below.made.notes] == []
    there = {(e.method, e.path.rstrip("/")) for e in read_project(host).endpoints}
    assert below.made.endpoints
    assert set(below.made.endpoints) <= there


@pytest.mark.parametrize("name", ["flat", "layered", "shared"])
def test_what_is_written_stands_in_the_quotes_of_its_file(name: str, tmp_path: Path) -> None:
    host = made(name, tmp_path)
    for path in host.rglob("*.py"):
        path.write_text(in_quotes(path.read_text(), "'"))
    below = related(host, CASES[name])
    assert below.made.endpoints
    for path, before in below.before.items():
        lines = before.decode().splitlines(), (host / path).read_text().splitlines()
        new = [line[2:] for line in difflib.ndiff(*lines) if line.startswith("+ ")]
        assert [line for line in new if '"' in line.replace('"""', "")] == []


@pytest.mark.parametrize("name", sorted(REASONS))
def test_what_cannot_be_said_is_noted(name: str, tmp_path: Path) -> None:
    words, reason = REASONS[name]
    below = related(made(name, tmp_path), words)
    assert any(reason in note.text for note in below.made.notes), below.made.notes


USE = """
from fastapi.testclient import TestClient
from main import app

with TestClient(app) as client:
    ids = [client.post("/films", json={"title": t, "year": 2000}).json()["id"] for t in "abc"]
    first, second, _ = ids
    path = f"/films/{first}/sequels"
    for _ in range(2):
        assert client.put(f"{path}/{second}").status_code == 204
    assert [f["id"] for f in client.get(path).json()] == [second]
    assert client.get(f"/films/{second}/sequels").json() == []
    for _ in range(2):
        assert client.delete(f"{path}/{second}").status_code == 204
    assert client.get(path).json() == []
    for method, url in (("get", "/films/999/sequels"), ("put", f"{path}/999"), ("delete", f"{path}/999")):
        assert client.request(method, url).status_code == 404, url
"""


def test_rows_of_one_kind_are_linked_and_parted(tmp_path: Path) -> None:
    host = made("flat", tmp_path)
    related(host, CASES["flat-itself"])
    environment = {**os.environ, "DATABASE_URL": "sqlite:///films.db"}
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=host, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
