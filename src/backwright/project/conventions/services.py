"""Whether the logic below handlers stands in functions or in classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention


@convention("services")
def services(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each service, repository or CRUD unit."""
    places = {(one.file, one.line) for one in evidence.project.services}
    for source in evidence.modules:
        for node in source.tree.body:
            if (source.file, node.lineno) not in places:
                continue
            is_class = isinstance(node, ast.ClassDef)
            yield Vote("classes" if is_class else "functions", source.file, node.lineno)
