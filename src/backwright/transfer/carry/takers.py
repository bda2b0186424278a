"""Functions that are given the fields of a row to make or to change, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.marks import field_of
from backwright.transfer.carry.mentions import purpose


def takers_of(trees: Iterable[cst.Module]) -> frozenset[str]:
    """Return the names of functions that take a marked field in order to write it.

    A name that some other function has, too, which only looks for rows, is none.
    """
    writing: set[str] = set()
    others: set[str] = set()
    for tree in trees:
        for owner, function in _functions(tree):
            if any(field_of(p.name.value) is not None for p in function.params.params):
                is_writing = purpose(function, owner) in ("make", "change")
                (writing if is_writing else others).add(function.name.value)
    return frozenset(writing - others)


def _functions(tree: cst.Module) -> Iterator[tuple[str, cst.FunctionDef]]:
    """Yield every function with the class that it is a method of."""
    methods = set()
    for node in m.findall(tree, m.ClassDef()):
        for inner in m.findall(node, m.FunctionDef()):
            methods.add(inner)
            yield (
                cst.ensure_type(node, cst.ClassDef).name.value,
                cst.ensure_type(inner, cst.FunctionDef),
            )
    for node in m.findall(tree, m.FunctionDef()):
        if node not in methods:
            yield "", cst.ensure_type(node, cst.FunctionDef)
