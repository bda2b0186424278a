"""Tests of the project that do not bear new fields stay as they were."""

from __future__ import annotations

from backwright.tasks.own_tests import _with_old
from backwright.workshop.checks.tests import Case

OLD = """import pytest


@pytest.fixture
def team():
    return {"name": "A"}


class TestTeam:
    def test_read(self):
        assert read() == {"name": "A"}


def test_update():
    assert change() == "B"
"""
NEW = OLD.replace('{"name": "A"}', '{"name": "A", "rank": 1}').replace('"B"', '"B", "C"')


def case(name: str) -> Case:
    return Case("test_teams.py", name, "failed", "E   AssertionError: no")


def test_only_what_failed_is_as_it_was() -> None:
    code, names = _with_old(NEW, OLD, {"test_update": case("test_update")})
    assert names == ["test_update"]
    assert code == NEW.replace('"B", "C"', '"B"')


def test_methods_are_found_and_what_is_not_changed_is_left() -> None:
    code, names = _with_old(NEW, OLD, {"test_read": case("test_read")})
    assert names == ["test_read"]
    assert code.count('"rank"') == 1
    assert _with_old(NEW, NEW, {"test_read": case("test_read")}) == (NEW, [])
