"""A page may be as large as the client likes.

Why: `?limit=1000000000` reads the whole table into memory, for everybody who asks.

Bad:

    from fastapi import FastAPI
    app = FastAPI()
    @app.get("/items")
    def read(offset: int = 0, limit: int = 100) -> list[int]:
        return list(range(offset, limit))

Good:

    from typing import Annotated
    from fastapi import FastAPI, Query
    app = FastAPI()
    @app.get("/items")
    def read(offset: int = 0, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[int]:
        return list(range(offset, limit))
    @app.get("/more")
    def more(limit: int = 20) -> list[int]:
        return list(range(min(limit, 100)))

Leave it: where the table is known to stay small.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.paging import bounded
from backwright.audit.inputs import Input, inputs_of, inputs_of_dependencies, shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import last_name
from backwright.audit.subject import Subject
from backwright.values import Place

_PAGE = re.compile(
    r"(?i)^(limit|page_?size|per_?page|items_per_page|page_limit|size|take|max_results)$"
)
_BOUND = re.compile(r"\b(le|lt)=|conint|Literal|Enum|\bLe\(|\bInterval\(|PositiveInt.*le")
_WHOLE = frozenset({"int", "PositiveInt", "NonNegativeInt", "str", ""})


@rule(item=4, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what bounds the size of a page, in handlers and in what they depend on."""
    seen: set[Place] = set()
    for handler in subject.handlers:
        if all(one.method != "GET" for one in handler.endpoints):
            continue
        for one in [*inputs_of(subject, handler), *inputs_of_dependencies(subject, handler)]:
            place = at(one.source, one.argument)
            if not _PAGE.match(one.name) or place in seen or one.in_path:
                continue
            seen.add(place)
            if one.plain in _WHOLE and not _is_bounded(one):
                yield Found(
                    place,
                    f"{one.name} of {shown(handler)} has no upper bound",
                    f"{one.name}: Annotated[int, Query(ge=1, le=100)] = 20",
                    units=(at(handler.source, handler.node),),
                    fix=bounded(subject, one),
                )


def _is_bounded(one: Input) -> bool:
    """Tell whether a parameter is bounded where it is declared, or looked at before it is used."""
    if _BOUND.search(one.shown):
        return True
    function = one.source.function_around(one.argument)
    if function is None:
        return False
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and _names(node, one.name):
            return True
        clamps = isinstance(node, ast.Call) and last_name(node.func) in {"min", "clamp"}
        if clamps and _names(node, one.name):
            return True
    return False


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))
