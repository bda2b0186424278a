"""What a transfer writes, whole: each case is a diff that was read by a person.

`UPDATE_GOLDEN=1 pytest tests/transfer/test_golden.py` writes them anew; read what changed.
"""

import difflib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from backwright.spec.resource import read_resource_line
from backwright.tasks.house import house_draft
from backwright.tasks.tidy import tidy
from backwright.transfer.draft import Draft
from backwright.transfer.resource import transfer_resource

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "owned": ("Invoice number:str:1..40:unique total:decimal:12,2 paid:bool:default=false", None),
    "owned-with-links": (
        "Class title:str:1..80 project:ref:Project:cascade head:ref:Tag:optional "
        "tags:many:Tag colors:many:Label related:many:Class",
        None,
    ),
    "shared": ("Country name:str:1..80:unique code:str:2..2", "none"),
    "shared-with-links": ("Region name:str labels:many:Label category:ref:Category", "none"),
    "every-word": (
        "Sample label:str notes:text:optional story:text:3..5000 priority:int:1..5:default=3:index "
        "n:int price:decimal:10,2:0.. mood:enum:very-good,so_so:default=so_so mail:email "
        "due:date:optional at:datetime:default=now key:uuid:unique site:url:optional "
        "share:float:0..1:default=0.25 extra:json:default={}",
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, tmp_path: Path) -> None:
    line, owner = CASES[name]
    house_draft().write_into(tmp_path)
    host = Draft(tmp_path)
    transfer_resource(host, house_draft(), replace(read_resource_line(line), owner=owner))
    changed = host.changes()
    for path, (_, after) in changed.items():
        assert after is not None
        (tmp_path / path).write_bytes(after)
    tidy(tmp_path, changed)
    diff = "".join(_diff(path, before, tmp_path / path) for path, (before, _) in changed.items())
    golden = GOLDEN / f"{name}.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(diff)
    assert diff == golden.read_text()


def _diff(path: str, before: bytes | None, file: Path) -> str:
    old = before.decode().splitlines(keepends=True) if before else []
    new = file.read_text().splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))
