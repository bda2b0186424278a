"""The places of a host that has an authentication which reach rows of others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.project.types import Touch
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.owned import Owned
from backwright.transfer.guarding.program import Function
from backwright.transfer.guarding.touches import Scoper


@dataclass
class Unscoped(Scoper):
    """Scopes only the places that were seen to reach rows of others."""

    touches_of: tuple[Touch, ...] = ()

    def places(self, function: Function) -> Iterator[tuple[ast.Call, Owned, str]]:
        """Yield each place that is to be scoped."""
        lines = [one for one in self.touches_of if one.file == function.path]
        if not lines:
            return
        for node, one, kind in super().places(function):
            if kind in ("make", "from") and not one.direct:
                continue  # its parent was looked up, and says whose it is
            first, last = _lines_of(function, node)
            seen = (t for t in lines if t.model == one.model.name and first <= t.line <= last)
            if any(True for _ in seen):
                yield node, one, kind

    def _make(
        self, edits: Edits, node: ast.Call, kind: str, column: str, *, said_there: bool = False
    ) -> None:
        """Give a new row its owner, whatever the request says; what the host says itself stays."""
        if not any(one.arg == column for one in node.keywords):
            super()._make(edits, node, kind, column, said_there=True)


def _lines_of(function: Function, node: ast.AST) -> tuple[int, int]:
    """Return the lines of the statement that an expression stands in."""
    line = getattr(node, "lineno", 0)
    found = [
        one for one in ast.walk(function.node)
        if isinstance(one, ast.stmt) and not hasattr(one, "body")
        and one.lineno <= line <= (one.end_lineno or one.lineno)
    ]  # fmt: skip
    best = max(found, key=lambda one: one.lineno, default=None)
    return (best.lineno, best.end_lineno or best.lineno) if best else (line, line)
