"""Whether handlers are `def` or `async def`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention


@convention("handlers")
def handlers(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each handler."""
    for one in evidence.handlers:
        is_async = isinstance(one.node, ast.AsyncFunctionDef)
        yield Vote("async" if is_async else "sync", one.source.file, one.node.lineno)
