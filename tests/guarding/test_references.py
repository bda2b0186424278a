"""References that a handler lets nobody change need no look of ours: its own answer stays."""

import ast

import pytest

from backwright.transfer.grow.sources import FunctionNode
from backwright.transfer.guarding.program import Function
from backwright.transfer.guarding.references import must_stay

CODE = """def change(data):
    row = find(data)
    if {test}:
        {then}
    save(row, data)
"""


@pytest.mark.parametrize(
    ("test", "then", "stays"),
    [
        ("row.shelf_id != data.shelf_id", "raise Wrong", True),
        ("data.shelf_id != row.shelf_id", "raise Wrong", True),
        ("row.shelf_id != data.shelf_id", "log(row)", False),
        ("row.shelf_id == data.shelf_id", "raise Wrong", False),
        ("row.page_id != data.shelf_id", "raise Wrong", False),
    ],
)
def test_what_is_compared(test: str, then: str, *, stays: bool) -> None:
    node = ast.parse(CODE.format(test=test, then=then)).body[0]
    assert isinstance(node, FunctionNode)
    assert must_stay(Function("main.py", node), "data.shelf_id") is stays
