"""How schemas are named after their model: `TaskCreate`, `CreateTask`, `TaskIn`."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention
from backwright.project.types import SchemaRole


def _votes(evidence: Evidence, role: SchemaRole) -> Iterator[Vote]:
    for one in evidence.project.schemas:
        if one.role == role and one.model and one.model in one.name and one.model != one.name:
            yield Vote(one.name.replace(one.model, "{Model}", 1), one.file, one.line)


@convention("create_schemas")
def create_schemas(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the name of each schema that rows are created from."""
    return _votes(evidence, "create")


@convention("update_schemas")
def update_schemas(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the name of each schema that rows are updated from."""
    return _votes(evidence, "update")


@convention("public_schemas")
def public_schemas(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the name of each schema that is answered with."""
    return _votes(evidence, "public")
