"""A function lacks type hints.

Why: type checkers skip what has no hints, FastAPI validates and documents only what is annotated, and
the reader guesses. Private and nested functions count too; `self` and `cls` need none, nor does the
result of `__init__` with hinted parameters.

Bad:

    def total(prices, rate: float):
        return sum(prices) * rate

Bad:

    def total(prices: list[float]) -> float:
        def add(left, right):
            return left + right
        return add(prices[0], prices[1])

Good:

    class Cart:
        def __init__(self, prices: list[float]):
            self.prices = prices
        def total(self, rate: float) -> float:
            return sum(self.prices) * rate

Leave it: in generated code; name it under `exclude`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.fixes.hinting import hinted
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, Source, parameters
from backwright.audit.subject import Subject


@rule(item=1, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge every function of the modules that the team writes."""
    for source in subject.sources:
        for node in source.functions:
            lacking = _lacking(source, node)
            if not lacking:
                yield Looked(at(source, node))
                continue
            yield Found(
                at(source, node),
                f"{node.name}() lacks hints: {', '.join(lacking)}",
                "annotate each parameter and the result; `-> None` where nothing is returned",
                fix=hinted(subject, source, node, _receiver(source, node)),
            )


def _lacking(source: Source, node: FunctionNode) -> list[str]:
    """Return what of a function has no hint."""
    first = _receiver(source, node)
    found = [one.arg for one, _ in parameters(node) if one.annotation is None and one is not first]
    found += [
        f"*{one.arg}" if one is node.args.vararg else f"**{one.arg}"
        for one in (node.args.vararg, node.args.kwarg)
        if one is not None and one.annotation is None
    ]
    if node.returns is None and not (
        node.name == "__init__" and (not found and _has_any(node, first))
    ):
        found.append("the result")
    return found


def _receiver(source: Source, node: FunctionNode) -> ast.arg | None:
    """Return `self` or `cls` of a method."""
    is_method = isinstance(source.parents.get(node), ast.ClassDef)
    static = any(
        isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list
    )
    held = [*node.args.posonlyargs, *node.args.args]
    return held[0] if is_method and held and not static else None


def _has_any(node: FunctionNode, first: ast.arg | None) -> bool:
    """Tell whether a method has parameters besides its receiver."""
    return any(one is not first for one, _ in parameters(node)) or node.args.kwarg is not None
