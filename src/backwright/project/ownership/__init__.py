"""Whose rows are whose: the user model, owned models, and whether endpoints keep to the caller."""

from __future__ import annotations

from collections.abc import Iterable

from backwright.project.ownership.callers import ModelIndex, rows_of_callers
from backwright.project.ownership.owners import find_user_model, with_owners
from backwright.project.ownership.verdict import Scoped, scoped
from backwright.project.routes import Route
from backwright.project.types import Model

__all__ = ["Scoped", "owned_models", "scoped"]


def owned_models(models: list[Model], routes: Iterable[Route]) -> tuple[list[Model], Model | None]:
    """Return the models with their owners, and the model of the users."""
    user = find_user_model(models, rows_of_callers(routes, ModelIndex(models)))
    return list(with_owners(models, user)), user
