"""A function has no docstring.

Why: what a function promises (and raises) is known only to its author. FastAPI shows the docstring of an
endpoint in the documentation page; `summary=` or `description=` in the decorator does so too. Private
functions are only noted; nested ones, dunder methods, overloads and setters need none.

Bad:

    def price_of(order: dict[str, float]) -> float:
        return sum(order.values())

Good:

    def price_of(order: dict[str, float]) -> float:
        '''Return what an order costs, in euros.'''
        return sum(order.values())
    class Order:
        def __repr__(self) -> str:
            return "Order"

Good:

    from fastapi import FastAPI
    app = FastAPI()
    @app.get("/", summary="Tell that the service runs")
    def root() -> str:
        return "ok"

Leave it: where your team documents elsewhere; set its level to `note`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, Source, last_name
from backwright.audit.subject import Subject

_EXEMPT = frozenset({"overload", "setter", "deleter", "abstractmethod", "declared_attr"})


@rule(item=2, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge every function of the modules that the team writes."""
    handlers = {(one.source.file, one.node.lineno): one for one in subject.handlers}
    for source in subject.sources:
        for node in source.functions:
            if _needs_none(source, node):
                continue
            place = at(source, node)
            if ast.get_docstring(node, clean=False) or _described(node):
                yield Looked(place)
                continue
            handler = handlers.get((source.file, node.lineno))
            if handler is not None:
                one = handler.endpoints[0]
                message = f"{one.method} {one.path} has no description in the documentation page"
            else:
                message = f"{node.name}() has no docstring"
            yield Found(
                place,
                message,
                "say in a sentence what it does, and what it raises",
                cause="endpoints without a description" if handler is not None else "",
                level="note" if node.name.startswith("_") else None,
            )


def _needs_none(source: Source, node: FunctionNode) -> bool:
    nested = source.function_around(node) is not None
    dunder = node.name.startswith("__") and node.name.endswith("__")
    return nested or dunder or any(last_name(one) in _EXEMPT for one in node.decorator_list)


def _described(node: FunctionNode) -> bool:
    """Tell whether a decorator says what the documentation page shows."""
    return any(
        one.arg in {"summary", "description"} and len(call.args) > 0
        for call in node.decorator_list
        if isinstance(call, ast.Call)
        for one in call.keywords
    )
