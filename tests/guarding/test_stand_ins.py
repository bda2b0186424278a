"""Functions of tests that stand for the host's own are told of the caller, too."""

import ast

import pytest

from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.stand_ins import let_be_told


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (
            "def test(monkeypatch):\n    def fake(self, row):\n        return 1\n"
            "    monkeypatch.setattr(Repository, 'create', fake)\n",
            "def fake(self, row, current_user=None):",
        ),
        (
            "def fake(row: Row) -> int:\n    return 1\n\n\n"
            "def test(mocker):\n    mocker.patch('app.crud.create', side_effect=fake)\n",
            "def fake(row: Row, current_user: object = None) -> int:",
        ),
        (
            "def test(mocker):\n    mocker.patch.object(crud, 'create', lambda row: 1)\n",
            "lambda row, current_user=None: 1",
        ),
        (
            "def test(monkeypatch):\n    monkeypatch.setattr('app.crud.create', lambda: 1)\n",
            "lambda current_user=None: 1",
        ),
    ],
)
def test_a_stand_in_is_told_of_the_caller(code: str, wanted: str) -> None:
    edits = Edits(code)
    assert let_be_told("test_it.py", ast.parse(code), {"create"}, edits, "current_user") == 1
    assert wanted in edits.made()
    assert (
        let_be_told("test_it.py", ast.parse(edits.made()), {"create"}, edits, "current_user") == 0
    )


@pytest.mark.parametrize(
    "code",
    [
        "def test(monkeypatch):\n    monkeypatch.setattr(Repository, 'other', lambda row: 1)\n",
        "def test(monkeypatch):\n    monkeypatch.setattr(Repository, 'create', lambda **row: 1)\n",
        "def test(monkeypatch):\n    monkeypatch.setattr(Repository, 'create', print)\n",
        "def create(row):\n    return row\n",
    ],
)
def test_all_else_stays_as_it_is(code: str) -> None:
    edits = Edits(code)
    assert let_be_told("test_it.py", ast.parse(code), {"create"}, edits, "current_user") == 0
    assert edits.made() == code
