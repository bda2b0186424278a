"""Tables of one owner can be distributed by the owner: the rules of Citus for that."""

import pytest
from sqlalchemy import Table, UniqueConstraint
from sqlmodel import SQLModel

import app.models  # noqa: F401 - it makes the tables

OWNED = [table for table in SQLModel.metadata.sorted_tables if "owner_id" in table.columns]


def test_there_are_owned_tables() -> None:
    """Otherwise the other tests would look at nothing."""
    assert OWNED


@pytest.mark.parametrize("table", OWNED, ids=str)
def test_keys_and_indexes_are_led_by_the_owner(table: Table) -> None:
    """So one node can answer for one owner."""
    assert next(iter(table.primary_key.columns)).name == "owner_id"
    for index in table.indexes:
        assert index.columns[0].name == "owner_id", index.name


@pytest.mark.parametrize("table", OWNED, ids=str)
def test_unique_means_unique_for_an_owner(table: Table) -> None:
    """A node cannot know the values on the others."""
    uniques = [item for item in table.constraints if isinstance(item, UniqueConstraint)]
    for constraint in uniques:
        assert "owner_id" in constraint.columns, constraint.name
    for index in table.indexes:
        assert "owner_id" in index.columns or not index.unique, index.name


@pytest.mark.parametrize("table", OWNED, ids=str)
def test_references_between_owned_tables_stay_with_the_owner(table: Table) -> None:
    """Rows that belong together lie together, and the database refuses any other link."""
    for constraint in table.foreign_key_constraints:
        if constraint.referred_table in OWNED:
            pairs = [(key.parent.name, key.column.name) for key in constraint.elements]
            assert ("owner_id", "owner_id") in pairs, constraint.name
