"""Resources called as something that code is full of: what is written must still be Python."""

import ast

import pytest

from backwright.spec.resource import read_resource_line
from backwright.tasks.house import house_draft
from backwright.transfer.resource import transfer_resource

NAMES = (
    "Json", "Test", "List", "Type", "Id", "Path", "Response", "Value", "Owner", "Alice", "Router",
    "Column", "License", "Property", "New", "Self",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_code_about_an_odd_name_can_be_read(name: str) -> None:
    host = house_draft()
    line = f"{name} title:str:1..20 n:int tags:many:Tag project:ref:Project"
    transfer_resource(host, house_draft(), read_resource_line(line))
    changed = [path for path in host.changes() if path.endswith(".py")]
    assert len(changed) == 7
    for path in changed:
        ast.parse(host.text(path))
