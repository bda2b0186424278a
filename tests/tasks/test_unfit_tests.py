"""Carried tests that do not fit are taken out of the staged files; what is left is whole."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from backwright.tasks.unfit_tests import leave_out, remove_hollow
from backwright.workshop.checks.tests import Case

CODE = '''\
import json
from datetime import date

import pytest

PATH = "/invoices"


def test_kept():
    assert PATH


@pytest.mark.parametrize("n", [1, 2])
def test_unfit(n):
    assert json.dumps(n) == "3"


class TestOnly:
    """All of it goes."""

    def test_alone(self):
        assert date.today() is None


class TestSome:
    def helper(self):
        return 1

    def test_gone(self):
        assert self.helper() == 2

    def test_stays(self):
        assert self.helper() == 1
'''
LEFT = """\

PATH = "/invoices"


def test_kept():
    assert PATH


class TestSome:
    def helper(self):
        return 1

    def test_stays(self):
        assert self.helper() == 1
"""


def case(name: str, message: str = "E   AssertionError: assert '1' == '3'") -> Case:
    return Case("tests/test_invoices.py", name, "failed", message)


def test_only_what_fails_goes_with_what_it_alone_needed(tmp_path: Path) -> None:
    root, staged = tmp_path / "root", tmp_path / "staged"
    file = staged / "tests/test_invoices.py"
    file.parent.mkdir(parents=True)
    root.mkdir()
    file.write_text(CODE)
    place: Any = SimpleNamespace(root=root, folder=staged)
    notes = leave_out(place, [case("test_unfit[1]"), case("test_alone"), case("test_gone")])
    assert file.read_text().lstrip("\n") == LEFT.lstrip("\n")
    assert [note.text for note in notes] == [
        f"`{name}` was not carried: AssertionError: assert '1' == '3'"
        for name in ("test_unfit", "test_alone", "test_gone")
    ]


def test_a_new_module_without_a_test_goes_and_an_older_one_stays(tmp_path: Path) -> None:
    root, staged = tmp_path / "root", tmp_path / "staged"
    for folder, names in ((root, ("old.py",)), (staged, ("old.py", "new.py", "whole.py"))):
        folder.mkdir()
        for name in names:
            (folder / name).write_text("client = 1\n")
    (staged / "whole.py").write_text("class TestOne:\n    def test_one(self):\n        pass\n")
    place: Any = SimpleNamespace(root=root, folder=staged)
    assert remove_hollow(place, ["old.py", "new.py", "whole.py"]) == {"old.py", "new.py"}
    assert sorted(f.name for f in staged.iterdir()) == ["old.py", "whole.py"]
