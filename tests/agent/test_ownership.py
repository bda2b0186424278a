"""Whose rows are, where a text says it by denying something."""

from __future__ import annotations

import pytest

from backwright.agent.planner.ownership import NONE, USER, owner_of_clause, take_owner

NOBODYS = (
    "it is owned by no user",
    "It does not belong to the user who created it",
    "Do not scope it to the current user",
    "They never belong to a single user",
    "Suppliers must not be tied to the user",
    "It should not be scoped per user",
    "It is not private",
    "Do not add an owner column",
)
SOMEBODYS = (
    "Never show rows that are not owned by the current user",
    "Rows that are not owned by the current user are hidden",
    "A user cannot read suppliers that do not belong to him",
    "Nobody gets rows which are not his own",
    "Do not let users see rows not belonging to them",
    "Users can not see what does not belong to them",
)


def whose(text: str) -> str | None:
    return take_owner(text)[1] or owner_of_clause(text, ("supplier", "suppliers"))


@pytest.mark.parametrize("text", NOBODYS)
def test_what_denies_an_owner_has_none(text: str) -> None:
    assert whose(text) == NONE


@pytest.mark.parametrize("text", SOMEBODYS)
def test_what_denies_strangers_keeps_the_owner(text: str) -> None:
    assert whose(text) == USER
