"""What clients read when a row refers to another of its own kind."""

import pytest
from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, Table, delete, update

from app import constraints
from app.exceptions import ConflictError, NotFoundError

KEY = "fk_spare_part_whole_id"
PARTS = Table(
    "spare_part",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("whole_id", Integer),
    ForeignKeyConstraint(["whole_id"], ["spare_part.id"], name=KEY),
)


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the constraint of a table whose rows refer to each other."""
    found = {str(constraint.name): constraint for constraint in PARTS.constraints}
    monkeypatch.setattr(constraints, "_constraints", lambda: found)


def test_a_missing_row_is_named_with_the_field_that_refers_to_it() -> None:
    """Or it would read as if the row that should change were missing."""
    error = constraints.broken_reference(KEY, update(PARTS))
    assert isinstance(error, NotFoundError)
    assert error.message == "whole_id: Spare part not found"


def test_a_row_that_others_of_its_kind_refer_to_is_not_in_use_by_itself() -> None:
    """The column says what it is to them."""
    error = constraints.broken_reference(KEY, delete(PARTS))
    assert isinstance(error, ConflictError)
    assert error.message == "Spare part is still the whole of another"
