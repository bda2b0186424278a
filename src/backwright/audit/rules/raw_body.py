"""A body is taken as it comes.

Why: what no schema describes is not validated: wrong types, missing and unknown keys, huge values reach
the code, and the documentation page shows nothing of it.

Bad:

    from fastapi import FastAPI, Request
    app = FastAPI()
    @app.post("/orders")
    async def order(request: Request) -> str:
        data = await request.json()
        return data["name"]

Bad:

    from fastapi import FastAPI
    app = FastAPI()
    @app.post("/orders")
    def order(data: dict) -> str:
        return data["name"]

Good:

    from fastapi import FastAPI
    from pydantic import BaseModel, Field
    app = FastAPI()
    class Order(BaseModel):
        name: str = Field(max_length=100)
    @app.post("/orders")
    def order(data: Order) -> str:
        return data.name

Good:

    from fastapi import FastAPI
    app = FastAPI()
    @app.post("/cart")
    def cart(amounts: dict[int, int]) -> int:
        return sum(amounts.values())

Leave it: for hooks of others whose body is verified by its signature first.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import inputs_of, shown, writes
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import own_nodes
from backwright.audit.subject import Handler, Subject

_RAW = re.compile(
    r"^(typing\.)?((list|List)\[)?((typing\.)?(Any|[Dd]ict|Mapping)(\[\w+, (typing\.)?(Any|object|[Dd]ict.*)\])?)\]?$"
)
_REMEDY = "describe it:\nclass OrderCreate(BaseModel):\n    name: str = Field(max_length=100)"


@rule(item=4, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge how each endpoint takes its body."""
    for handler in subject.handlers:
        if not writes(handler):
            continue
        place = at(handler.source, handler.node)
        for one in inputs_of(subject, handler):
            if (
                _RAW.match(one.plain)
                and not one.in_path
                and not re.search(r"\b(Query|Header|Path)\(", one.shown)
            ):
                yield Found(
                    at(handler.source, one.argument),
                    f"{shown(handler)} takes {one.name} as {one.plain}: nothing of it is validated",
                    _REMEDY,
                    units=(place,),
                )
        call = next(_json(handler), None)
        if call is not None:
            yield Found(
                at(handler.source, call),
                f"{shown(handler)} reads the body itself: nothing of it is validated",
                _REMEDY,
                units=(place,),
            )


def _json(handler: Handler) -> Iterator[ast.Call]:
    """Yield the calls of `request.json()` whose result goes into no schema."""
    text = ast.unparse(handler.node)
    if re.search(
        r"model_validate|\w+\(\*\*|parse_obj|TypeAdapter|signature|construct_event|verify|hmac|GraphQL",
        text,
    ):
        return
    for one in own_nodes(handler.node):
        if isinstance(one, ast.Call) and ast.unparse(one) in {"request.json()", "req.json()"}:
            yield one
