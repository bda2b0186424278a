"""How the project imports its own modules: absolutely or relatively."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention


@convention("imports")
def imports(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each `from … import` of a module of the project."""
    own = {part.removesuffix(".py") for one in evidence.modules for part in one.file.split("/")}
    for source in evidence.sample:
        for node in evidence.nodes(source, ast.ImportFrom):
            if node.level:
                yield Vote("relative", source.file, node.lineno)
            elif node.module and node.module.partition(".")[0] in own:
                yield Vote("absolute", source.file, node.lineno)
