"""What speaks of classes that are not carried over: another resource's, named after the exemplar."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.items import functions_in
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.types import Facts, Part


def dangling(parts: Sequence[Part], trees: Sequence[cst.Module], facts: Facts) -> set[str]:
    """Return the classes that, renamed, nobody makes, and the functions that take or give one.

    Such as `HeroTeamLink`, a link's own: for an invoice there is no `InvoiceTeamLink`.

    Args:
        parts: the exemplar's code.
        trees: the same, renamed.
        facts: what is known of the exemplar.
    """
    classes = [cst.ensure_type(c, cst.ClassDef) for t in trees for c in m.findall(t, m.ClassDef())]
    carried = {one.name.value for one in classes} | facts.made
    missing: set[str] = set()
    for part in parts:
        renamed = facts.renaming(part.code).identifier
        others = _words(part.code) & set(facts.known)
        missing |= {new for old in others if (new := renamed(old)) != old} - carried
    found = [f for t in trees for f in functions_in(t)]
    return missing | {f.name.value for f in found if missing and _words(_head(f)) & missing}


def not_imported(tree: cst.Module, names: Collection[str]) -> cst.Module:
    """Return a module without imports of some names: what they mean is made elsewhere."""
    body: list[cst.BaseStatement] = []
    for line in tree.body:
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if not isinstance(small, cst.ImportFrom) or isinstance(small.names, cst.ImportStar):
            body.append(line)
            continue
        kept = [a for a in small.names if a.asname or code_of(a.name) not in names]
        if len(kept) == len(small.names):
            body.append(line)
        elif kept:
            last = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            body.append(line.with_changes(body=[small.with_changes(names=[*kept[:-1], last])]))
    return tree.with_changes(body=body)


def _head(function: cst.FunctionDef) -> str:
    return code_of(function.with_changes(body=cst.SimpleStatementSuite([cst.Pass()])))


def _words(code: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", code))
