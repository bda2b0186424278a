"""Docstrings: whether functions have them, and in which style."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention

_STYLES = (
    ("Google", re.compile(r"^\s*(Args|Returns|Raises|Yields|Attributes):\s*$", re.MULTILINE)),
    ("NumPy", re.compile(r"^\s*(Parameters|Returns|Raises)\s*\n\s*-{3,}", re.MULTILINE)),
    ("Sphinx", re.compile(r"^\s*:(param|return|returns|rtype|raises|type)\b", re.MULTILINE)),
    ("Epydoc", re.compile(r"^\s*@(param|return|raise)\b", re.MULTILINE)),
)


@convention("docstrings")
def docstrings(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each public function: its docstring's style, or none."""
    for source in evidence.sample:
        for node in evidence.functions(source):
            if not node.name.startswith("_"):
                yield Vote(_style(ast.get_docstring(node, clean=False)), source.file, node.lineno)


def _style(text: str | None) -> str:
    if not text:
        return "none"
    return next((name for name, fits in _STYLES if fits.search(text)), "plain sentences")
