"""What a claim is written from, and what the user is looked up by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import FunctionNode, called, literal
from backwright.report.doctor_types import Repair
from backwright.source.syntax import nodes
from backwright.values import Place


@dataclass(frozen=True, slots=True)
class Mistaken:
    """A claim that one attribute is written into, and another is looked up by.

    Attributes:
        claim: Its name.
        written: The attribute that is written.
        read: The attribute that it is compared with.
        place: Where it is written.
        reader: Where it is compared.
        repairs: What writes the attribute that is read.
    """

    claim: str
    written: str
    read: str
    place: Place
    reader: Place
    repairs: tuple[Repair, ...]


def lookups(evidence: Evidence) -> Iterator[Mistaken]:
    """Yield claims whose user is looked up by another column than was written."""
    columns = [{one.name for one in model.columns} for model in evidence.project.models]
    readers = list(_readers(evidence))
    for file, key, value in _writers(evidence):
        for claim, attribute, place in readers:
            both = {value.attr, attribute}
            if claim != literal(key) or len(both) == 1 or not any(both <= one for one in columns):
                continue
            new = f"{ast.unparse(value.value)}.{attribute}"
            yield Mistaken(
                claim, value.attr, attribute, Place(file, value.lineno), place,
                rewritten(evidence, file, [(value, new)]),
            )  # fmt: skip


def _writers(evidence: Evidence) -> Iterator[tuple[str, ast.expr, ast.Attribute]]:
    """Yield the claims that are given to what makes tokens, each with the attribute written."""
    for file in evidence.sources.own:
        for call in evidence.sources.nodes(file):
            if not isinstance(call, ast.Call) or "token" not in called(call).lower():
                continue
            for one in (*call.args, *(word.value for word in call.keywords)):
                if isinstance(one, ast.Dict):
                    for key, value in zip(one.keys, one.values, strict=True):
                        inner = _bare(value)
                        if key is not None and isinstance(inner, ast.Attribute):
                            yield file, key, inner


def _readers(evidence: Evidence) -> Iterator[tuple[str, str, Place]]:
    """Yield the claims that a row is looked up by, each with the column that it is compared with."""
    for file in evidence.sources.own:
        for function in evidence.sources.nodes(file):
            if not isinstance(function, FunctionNode):
                continue
            claims = dict(_taken(function))
            for one in nodes(function) if claims else ():
                for name, attribute in _compared(one):
                    if name in claims:
                        yield claims[name], attribute, Place(file, getattr(one, "lineno", 0))


def _taken(function: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the variables that are read from a token's claims."""
    for one in nodes(function):
        targets = one.targets if isinstance(one, ast.Assign) else [getattr(one, "target", None)]
        value = _bare(one.value) if isinstance(one, ast.Assign | ast.AnnAssign) else None
        claim: object = None
        if isinstance(value, ast.Call) and called(value) == "get" and value.args:
            claim = literal(value.args[0])
        elif isinstance(value, ast.Subscript):
            claim = literal(value.slice)
        if isinstance(claim, str):
            yield from ((one.id, claim) for one in targets if isinstance(one, ast.Name))


def _compared(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the variables that are compared with a column: `Model.column == name`, `column=name`."""
    if isinstance(node, ast.Compare) and len(node.comparators) == 1:
        left, right = _bare(node.left), _bare(node.comparators[0])
        if isinstance(left, ast.Attribute) and isinstance(right, ast.Name):
            yield right.id, left.attr
    if isinstance(node, ast.Call) and called(node) in ("filter_by", "find_one_or_none", "get_by"):
        for word in node.keywords:
            if word.arg and isinstance(value := _bare(word.value), ast.Name):
                yield value.id, word.arg


def _bare(node: ast.expr | None) -> ast.expr | None:
    """Return what stands in `int(…)` or `str(…)`."""
    is_cast = isinstance(node, ast.Call) and called(node) in ("int", "str", "UUID")
    return node.args[0] if is_cast and isinstance(node, ast.Call) and node.args else node
