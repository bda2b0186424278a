"""Variables of a test that the new fields were given, and nothing asks for."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.values import Work


def without_idle_locals(
    work: Work, before: cst.FunctionDef, after: cst.FunctionDef
) -> cst.FunctionDef:
    """Return a function of a project's own tests without new variables that nothing uses.

    `title = "…"` may be all that is said of a row, where only that is asked about.
    """
    if not (work.extends and work.has_samples):
        return after
    there = _names(before)
    new = {f.column for f in work.likeness.columns} - set(there)
    made = _names(after)
    idle = {name for name in new if made.count(name) == 1 and _is_set(after, name)}

    def dropped(node: cst.CSTNode) -> cst.CSTNode | None:
        if not isinstance(node, cst.IndentedBlock):
            return None
        body = [s for s in node.body if not any(_sets(s, name) for name in idle)]
        return node.with_changes(body=body) if len(body) < len(node.body) else None

    return replaced(after, dropped) if idle else after


def _names(node: cst.FunctionDef) -> list[str]:
    """Return the variables that a function names; `make(title=…)` names none."""
    words = {id(cst.ensure_type(arg, cst.Arg).keyword) for arg in m.findall(node.body, m.Arg())} | {
        id(cst.ensure_type(one, cst.Attribute).attr) for one in m.findall(node.body, m.Attribute())
    }
    found = (n for n in m.findall(node.body, m.Name()) if id(n) not in words)
    return [cst.ensure_type(n, cst.Name).value for n in found]


def _is_set(node: cst.FunctionDef, name: str) -> bool:
    return any(_sets(s, name) for s in m.findall(node.body, m.SimpleStatementLine()))


def _sets(node: cst.CSTNode, name: str) -> bool:
    return m.matches(
        node,
        m.SimpleStatementLine(body=[m.Assign(targets=[m.AssignTarget(target=m.Name(name))])]),
    )
