"""Syntax that is newer than the running interpreter's is read, and what follows keeps its place."""

import ast

import pytest

from backwright.source.fallback import parse_text
from backwright.source.outline import outline

CODE = {
    "a class": "class Box[T](Base):\n    def take(self): return here\n",
    "a class over lines": "class Box[\n\n    T: Base,  # of what\n    K,\n]:\n    def take(self): return here\n",
    "a class over lines with bases": "class Box[\n    T,\n](Base):\n    x = here\n",
    "a function": "def first[T: dict[str, int]](rows: T, here=None): return here\n",
    "a function over lines": "async def first[\n    T,\n](rows: T):\n    return here\n",
    "an alias": "type Rows[T] = list[here]\n",
    "a template": 'said = rt"{here}"\n',
}


@pytest.mark.parametrize("code", CODE.values(), ids=CODE)
def test_what_follows_keeps_its_place(code: str) -> None:
    tree = parse_text(code)
    assert tree is not None
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "here"]
    lines = code.splitlines()
    assert found
    for node in found:
        assert lines[node.lineno - 1][node.col_offset :].startswith("here")


def test_an_outline_of_newer_syntax() -> None:
    code = "import os\n\n\nclass Box[\n    T,\n]:\n    x = 1\n\n\ndef last(): ...\n"
    assert [(one.names, one.start, one.end) for one in outline(code)] == [
        ((), 1, 1),
        (("Box",), 4, 7),
        (("last",), 10, 10),
    ]


def test_what_is_no_python_says_where() -> None:
    with pytest.raises(SyntaxError) as raised:
        outline("x = 1\ny = = 2\n")
    assert raised.value.lineno == 2
