"""Deleting by a flag of the exemplar's own: the new resource has no such flag, so its row goes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.hosts import Store, store_of
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of, field_of
from backwright.transfer.carry.mentions import purpose
from backwright.transfer.carry.values import Work

_FLAGS = ("bool", "datetime", "date")


def with_rows_deleted(works: Sequence[Work], trees: Sequence[cst.Module]) -> list[cst.Module]:
    """Return trees in which what only sets a flag to remove a row deletes it.

    Args:
        works: the parts.
        trees: their code, with marks for the exemplar's fields.
    """
    codes = [tree.code for tree in trees]
    return [
        tree if w.has_samples else replaced(tree, lambda n, w=w: _function(w, n, codes))  # type: ignore[misc]
        for w, tree in zip(works, trees, strict=True)
    ]


def _function(work: Work, node: cst.CSTNode, codes: Sequence[str]) -> cst.CSTNode | None:
    if not isinstance(node, cst.FunctionDef) or purpose(node) != "remove":
        return None
    store = store_of(node, codes, asynchronous=work.facts.asynchronous)
    if store is None or re.search(r"\bdelete\(", code_of(node.body)):
        return None
    made = replaced(node, lambda n: _block(work, n, store))
    return made if made is not node else None


def _block(work: Work, node: cst.CSTNode, store: Store) -> cst.CSTNode | None:
    if not isinstance(node, cst.IndentedBlock):
        return None
    at = next((i for i, s in enumerate(node.body) if _flagged(work, s)), None)
    if at is None:
        return None
    row = _flagged(work, node.body[at])
    waits = "await " if store.is_async else ""
    deleted = cst.parse_statement(f"{waits}{store.session}.delete({row})\n")
    work.note_marks(
        code_of(node.body[at]), "`{}` says there that a row is gone; here it is deleted"
    )
    kept = [k for s in node.body[at + 1 :] if (k := _after(s, row, store, waits)) is not None]
    first = deleted.with_changes(leading_lines=getattr(node.body[at], "leading_lines", ()))
    return node.with_changes(body=[*node.body[:at], first, *kept])


def _flagged(work: Work, node: cst.CSTNode) -> str:
    """Return the row of which a statement sets a flag that the new resource has not."""
    if not m.matches(node, m.SimpleStatementLine([m.Assign([m.AssignTarget(m.Attribute())])])):
        return ""
    line = cst.ensure_type(node, cst.SimpleStatementLine)
    target = cst.ensure_type(
        cst.ensure_type(line.body[0], cst.Assign).targets[0].target, cst.Attribute
    )
    number = field_of(target.attr.value)
    if number is None or number >= len(work.facts.fields):
        return ""
    is_flag = work.facts.fields[number].kind in _FLAGS and work.likeness.same(number) is None
    return code_of(target.value) if is_flag and isinstance(target.value, cst.Name) else ""


def _after(node: cst.BaseStatement, row: str, store: Store, waits: str) -> cst.BaseStatement | None:
    """Return what follows on a row's flag as it follows on its end: it is not kept any more."""
    code = code_of(node).strip()
    if re.fullmatch(rf"(await )?{re.escape(store.session)}\.(add|refresh|merge)\({row}\)", code):
        return None
    if re.fullmatch(rf"(await )?{row}\.\w*save\w*\(.*\)", code):
        return cst.parse_statement(f"{waits}{store.session}.commit()\n")
    return node
