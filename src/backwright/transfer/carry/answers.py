"""Answers that wrap a row with something counted: where nothing is counted, the row is the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of


@dataclass(frozen=True)
class Wrapper:
    """A schema `class PostOut: Post: Post; votes: int`: its name, its row's attribute and class."""

    name: str
    attribute: str
    plain: str


def unwrapped(before: Sequence[cst.Module], after: Sequence[cst.Module]) -> list[cst.Module]:
    """Return trees in which answers that have lost what they wrapped a row with are the row itself.

    Args:
        before: the trees with all that the exemplar counts.
        after: the same trees, after what it counts of others was left out.
    """
    lost = _labels(before) - _labels(after)
    wrappers = [w for tree in after for w in _wrappers(tree, lost)]
    if not wrappers:
        return list(after)
    return [_without(tree, wrappers) for tree in after]


def _labels(trees: Sequence[cst.Module]) -> set[str]:
    return {n for t in trees for n in re.findall(r"\.label\(\s*[\"'](\w+)[\"']", t.code)}


def _wrappers(tree: cst.Module, lost: set[str]) -> list[Wrapper]:
    found = []
    for node in tree.body:
        if not isinstance(node, cst.ClassDef):
            continue
        fields = {
            code_of(s.body[0].target): code_of(s.body[0].annotation.annotation)
            for s in node.body.body
            if isinstance(s, cst.SimpleStatementLine) and isinstance(s.body[0], cst.AnnAssign)
        }
        rows = {n: k for n, k in fields.items() if n not in lost}
        if len(rows) == 1 and len(fields) > 1 and lost & fields.keys():
            ((attribute, kind),) = rows.items()
            found.append(Wrapper(node.name.value, attribute, kind.strip("\"'")))
    return found


def _without(tree: cst.Module, wrappers: Sequence[Wrapper]) -> cst.Module:
    names = {w.name: w.plain for w in wrappers}
    attributes = {w.attribute for w in wrappers}
    body = [s for s in tree.body if not (isinstance(s, cst.ClassDef) and s.name.value in names)]

    def plain(node: cst.CSTNode) -> cst.CSTNode | None:
        if isinstance(node, cst.Name) and node.value in names:
            return cst.Name(names[node.value])
        if isinstance(node, cst.Attribute) and _is_row(node, attributes):
            return node.with_changes(value=cst.ensure_type(node.value, cst.Attribute).value)
        return None

    return replaced(tree.with_changes(body=body), plain)


def _is_row(node: cst.Attribute, attributes: set[str]) -> bool:
    """Tell whether an attribute is read from a wrapped row: `post.Post.id`, not `schemas.Post.x`."""
    inner = node.value
    if not isinstance(inner, cst.Attribute) or inner.attr.value not in attributes:
        return False
    root = code_of(inner.value)
    return root not in ("models", "schemas", "model", "schema") and root[:1].islower()
