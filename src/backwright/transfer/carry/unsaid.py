"""Tests of what is not said any more: they expect a message of a rule that was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.items import functions_in
from backwright.transfer.carry.values import Work

_WHOLE = m.FormattedString(parts=[m.FormattedStringText()])  # `f"…"` with nothing to put in


def tests_of_the_unsaid(
    works: Sequence[Work], before: Sequence[cst.Module], after: Sequence[cst.Module]
) -> set[str]:
    """Return the names of the tests that expect a message which only code that is gone said.

    Args:
        works: the parts.
        before: their code with all that the exemplar does.
        after: the same, without what is about the exemplar alone.
    """
    is_code = [not work.has_samples for work in works]
    said = _messages(tree for tree, code in zip(before, is_code, strict=True) if code)
    still = _messages(tree for tree, code in zip(after, is_code, strict=True) if code)
    unsaid = said - still
    if not unsaid:
        return set()
    functions = [f for t, code in zip(after, is_code, strict=True) if not code for f in _tests(t)]
    return {f.name.value for f in functions if _messages([f]) & unsaid}


def _messages(nodes: Iterable[cst.CSTNode]) -> set[str]:
    """Return the sentences that are written down in code."""
    found: set[str] = set()
    for node in nodes:
        for text in m.findall(node, m.SimpleString() | _WHOLE):
            value = _value(text)
            if " " in value.strip():
                found.add(value)
    return found


def _value(node: cst.CSTNode) -> str:
    if isinstance(node, cst.FormattedString):
        return "".join(p.value for p in node.parts if isinstance(p, cst.FormattedStringText))
    value = cst.ensure_type(node, cst.SimpleString).evaluated_value
    return value if isinstance(value, str) else ""


def _tests(tree: cst.Module) -> list[cst.FunctionDef]:
    return [f for f in functions_in(tree) if f.name.value.startswith("test")]
