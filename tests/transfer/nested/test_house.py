"""Relations in the house style: endpoints of both sides, what they ask of services, their tests."""

from __future__ import annotations

import ast
import difflib
import os
from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.spec.fields import read_fields
from backwright.tasks.add_relation import AddRelation, as_field
from backwright.tasks.house import Features, house_draft
from backwright.tasks.nested import write_below
from backwright.transfer.draft import Draft
from backwright.transfer.extend import extend_resource
from backwright.transfer.survey import survey

HERE = Path(__file__).parent
CASES = {
    "house-links": (("Project", "many-to-many", "Label", "marks"), Features()),
    "house-references": (("Category", "one-to-many", "Task", None), Features()),
    "house-without-users": (("Label", "many-to-many", "Category", "kin"), Features(auth=False)),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_endpoints_of_a_relation(name: str, tmp_path: Path) -> None:
    (left, kind, right, called), features = CASES[name]
    house_draft(features).write_into(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    resource, word = as_field(AddRelation(tmp_path, left, kind, right, called))
    fields = read_fields([word])
    host = Draft(tmp_path)
    table = survey(host).table(resource)
    assert table is not None
    before = read_project(tmp_path)
    extend_resource(host, house_draft(features), table, fields)
    for path, (_, after) in host.changes().items():
        assert after is not None
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(after)
    below = write_below(tmp_path, before, table.name, fields[0], 100)
    assert [n.text for n in below.made.notes] == []
    diff = ""
    for path, old in sorted(below.before.items()):
        after = (tmp_path / path).read_text()
        ast.parse(after)
        lines = (old or b"").decode().splitlines(keepends=True), after.splitlines(keepends=True)
        diff += "".join(difflib.unified_diff(*lines, f"a/{path}", f"b/{path}"))
    golden = HERE / f"{name}.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(diff)
    assert diff == golden.read_text()
    there = {(e.method, e.path) for e in read_project(tmp_path).endpoints}
    assert set(below.made.endpoints) <= there
