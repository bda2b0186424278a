"""Changes of a part of a row: what a request leaves out must stay as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.mentions import purpose

_DUMPS = ("model_dump", "dict")
_PLAIN = {"BaseModel", "SQLModel"}


def with_given_alone(trees: Sequence[cst.Module], updates: Collection[str]) -> list[cst.Module]:
    """Return trees that change a row by what was given, where all of it may be left out.

    An exemplar whose columns all take null may write null for what was not given; the new
    resource's may not.

    Args:
        trees: the code.
        updates: the classes of bodies that change a row.
    """
    partial = {name for tree in trees for name in _partial(tree, updates)}
    if not partial:
        return list(trees)
    return [replaced(tree, lambda node: _function(node, partial)) for tree in trees]


def _partial(tree: cst.Module, updates: Collection[str]) -> set[str]:
    found = set()
    for node in m.findall(tree, m.ClassDef()):
        made = cst.ensure_type(node, cst.ClassDef)
        if made.name.value not in updates or {code_of(b.value) for b in made.bases} - _PLAIN:
            continue
        fields = [cst.ensure_type(f, cst.AnnAssign) for f in m.findall(made, m.AnnAssign())]
        values = [code_of(f.value) if f.value else "" for f in fields]
        if values and all(re.search(r"\bNone\b", value) for value in values):
            found.add(made.name.value)
    return found


def _function(node: cst.CSTNode, partial: Collection[str]) -> cst.CSTNode | None:
    if not isinstance(node, cst.FunctionDef) or purpose(node) != "change":
        return None
    bodies = {
        p.name.value
        for p in (*node.params.params, *node.params.kwonly_params)
        if p.annotation and set(re.findall(r"\w+", code_of(p.annotation))) & set(partial)
    }
    made = replaced(node, lambda n: _dump(n, bodies))
    return made if made is not node else None


def _dump(node: cst.CSTNode, bodies: Collection[str]) -> cst.CSTNode | None:
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return None
    if node.func.attr.value not in _DUMPS or code_of(node.func.value) not in bodies:
        return None
    named = {a.keyword.value for a in node.args if a.keyword}
    if {"exclude_unset", "exclude_none", "exclude_defaults"} & named:
        return None
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    given = cst.Arg(cst.Name("True"), keyword=cst.Name("exclude_unset"), equal=tight)
    return node.with_changes(args=[*node.args, given])
