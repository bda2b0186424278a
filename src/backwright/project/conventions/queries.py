"""How rows are asked for: `select(…)` or `session.query(…)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention


@convention("queries")
def queries(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each `select(…)` and each `.query(…)` of a session."""
    for source in evidence.modules:
        for call in evidence.calls(source):
            function = call.func
            if isinstance(function, ast.Name) and function.id == "select":
                yield Vote("select()", source.file, call.lineno)
            elif (
                isinstance(function, ast.Attribute)
                and function.attr == "query"
                and any(
                    word in ast.unparse(function.value).lower().rpartition(".")[2]
                    for word in ("db", "session")
                )
            ):
                yield Vote("session.query()", source.file, call.lineno)
