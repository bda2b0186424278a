"""One more argument stands as those before it do."""

import ast

import pytest

from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.touches import fails_with_update


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("f(a, b)", "f(a, b, user=user)"),
        ("f()", "f(user=user)"),
        ("f(\n    a,\n    b\n)", "f(\n    a,\n    b,\n    user=user\n)"),
        ("f(\n    a,\n    b=1,\n)", "f(\n    a,\n    b=1,\n    user=user,\n)"),
        ("f(\n    a,\n)", "f(\n    a,\n    user=user,\n)"),
        ("f(\n    a\n)", "f(\n    a, user=user\n)"),
        ("f(\n    a, b\n)", "f(\n    a, b, user=user\n)"),
        ("f(a,\n  b)", "f(a,\n  b, user=user)"),
        ("f(a, g(\n    b,\n    c,\n))", "f(a, g(\n    b,\n    c,\n), user=user)"),
    ],
)
def test_an_argument_is_put_as_those_before_it(code: str, wanted: str) -> None:
    statement = ast.parse(code).body[0]
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    edits = Edits(code)
    edits.add_argument(statement.value, "user=user")
    assert edits.made() == wanted


@pytest.mark.parametrize(
    ("code", "quote"),
    [("a = 'b'\nc = 'd'\n", "'"), ('"""It\'s."""\na = "b"\n', '"'), ("a = 1\n", '"')],
)
def test_texts_stand_in_the_quotes_of_their_module(code: str, quote: str) -> None:
    assert Edits(code).quote == quote


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("M.model_validate(sent)", 'M.model_validate({**sent.model_dump(), "o": 1})'),
        ("M.model_validate(self.sent)", 'M.model_validate({**self.sent.model_dump(), "o": 1})'),
        ("M.model_validate(sent.model_dump())", "M.model_validate(sent.model_dump())"),
        ("M.model_validate({})", "M.model_validate({})"),
        ("M.from_orm(sent)", "M.from_orm(sent)"),
    ],
)
def test_a_row_is_made_of_one_more_value(code: str, wanted: str) -> None:
    statement = ast.parse(code).body[0]
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    edits = Edits(code)
    assert edits.add_to_source(statement.value, '"o": 1') is (code != wanted)
    assert edits.made() == wanted


@pytest.mark.parametrize(
    ("version", "fails"),
    [("0.0.14", True), ("0.0.15", True), ("0.0.16", False), ("0.0.24", False), ("", False)],
)
def test_older_sqlmodel_makes_no_row_of_an_object_and_an_update(version: str, fails: bool) -> None:
    assert fails_with_update(version) is fails
