"""A call of an object whose class is a parameter of types runs what its bound has."""

from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.program import Program

REPOSITORY = """class Repository:
    def update(self, row):
        return row


class BookRepository(Repository):
    def give_back(self, row):
        return row


class Other:
    def update(self, row):
        return row

    def give_back(self, row):
        return row


"""
NEWER = "class Service[Kept: Repository]:\n"
OLDER = """from typing import Generic, TypeVar

Kept = TypeVar("Kept", bound=Repository)


class Service(Generic[Kept]):
"""
SERVICE = """    def __init__(self, kind: type[Kept]):
        self.kept = kind()

    def update(self, row):
        return self.kept.update(row)

    def give_back(self, row):
        return self.kept.give_back(row)
"""


@pytest.mark.parametrize("head", [NEWER, OLDER])
def test_a_call_runs_what_the_bound_has(tmp_path: Path, head: str) -> None:
    (tmp_path / "main.py").write_text(REPOSITORY + head + SERVICE)
    program = Program(Sources(Draft(tmp_path), read_project(tmp_path)))
    mine = [f for f in program.functions if f.name in ("Service.update", "Service.give_back")]
    ran = [[one.name for one in found] for f in mine for _, found in program.callees(f)]
    assert ran == [["Repository.update"], ["BookRepository.give_back"]]
