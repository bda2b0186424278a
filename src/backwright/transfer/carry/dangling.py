"""What speaks of classes that are not carried over: another resource's, named after the exemplar."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

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
    carried = {one.name.value for one in classes}
    missing: set[str] = set()
    for part in parts:
        renamed = facts.renaming(part.code).identifier
        others = _words(part.code) & set(facts.known)
        missing |= {new for old in others if (new := renamed(old)) != old} - carried
    found = [
        cst.ensure_type(f, cst.FunctionDef) for t in trees for f in m.findall(t, m.FunctionDef())
    ]
    return missing | {f.name.value for f in found if missing and _words(_head(f)) & missing}


def _head(function: cst.FunctionDef) -> str:
    return code_of(function.with_changes(body=cst.SimpleStatementSuite([cst.Pass()])))


def _words(code: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", code))
