"""How tables are declared: SQLModel, `Mapped[…]`, `Column(…)`, or `Table(…)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote, last_name
from backwright.project.conventions.registry import convention


@convention("models")
def models(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each table."""
    places = {(one.file, one.line) for one in evidence.project.models}
    for source in evidence.modules:
        for node in evidence.nodes(source, ast.ClassDef):
            if (source.file, node.lineno) in places:
                yield Vote(_declared(node), source.file, node.lineno)
        for call in evidence.calls(source):
            if (source.file, call.lineno) in places and last_name(call.func) == "Table":
                yield Vote("Table()", source.file, call.lineno)


def _declared(node: ast.ClassDef) -> str:
    if any(one.arg == "table" for one in node.keywords):
        return "SQLModel"
    annotations = [one.annotation for one in node.body if isinstance(one, ast.AnnAssign)]
    if any(last_name(one) == "Mapped" for one in annotations):
        return "Mapped[]"
    return "Column()"
