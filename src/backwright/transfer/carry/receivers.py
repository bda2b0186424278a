"""Of which class the objects are whose methods code calls: `self.repo` is an `InvoiceRepository`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.marks import code_of

_CLASS = re.compile(r"\b[A-Z]\w*")
Kinds = Mapping[str, frozenset[str]]


def kinds_in(tree: cst.Module) -> Kinds:
    """Return the classes that attributes and variables of a module are seen to be of, by name.

    They are told by annotations, by a call of the class, and by what has a known name already:
    `def __init__(self, repository: ItemRepository): self.repo = repository`.
    """
    found: dict[str, set[str]] = {}
    for name, classes in (*_annotated(tree), *_called(tree)):
        found.setdefault(name, set()).update(classes)
    for name, other in _handed(tree):
        found.setdefault(name, set()).update(found.get(other, ()))
    return {name: frozenset(classes) for name, classes in found.items() if classes}


def _annotated(tree: cst.Module) -> Iterator[tuple[str, list[str]]]:
    for node in m.findall(tree, m.Param(annotation=m.Annotation())):
        param = cst.ensure_type(node, cst.Param)
        if param.annotation is not None:
            yield param.name.value, _CLASS.findall(code_of(param.annotation))
    for node in m.findall(tree, m.AnnAssign()):
        assign = cst.ensure_type(node, cst.AnnAssign)
        yield _last(assign.target), _CLASS.findall(code_of(assign.annotation))


def _called(tree: cst.Module) -> Iterator[tuple[str, list[str]]]:
    for target, value in _assigned(tree):
        if isinstance(value, cst.Call):
            yield target, _CLASS.findall(code_of(value.func))[:1]


def _handed(tree: cst.Module) -> Iterator[tuple[str, str]]:
    for target, value in _assigned(tree):
        if isinstance(value, cst.Name):
            yield target, value.value


def _assigned(tree: cst.Module) -> Iterator[tuple[str, cst.BaseExpression]]:
    for node in m.findall(tree, m.Assign()):
        assign = cst.ensure_type(node, cst.Assign)
        for target in assign.targets:
            yield _last(target.target), assign.value


def _last(node: cst.BaseExpression) -> str:
    return code_of(node).rpartition(".")[2]
