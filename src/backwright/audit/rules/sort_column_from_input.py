"""The client names the column to sort or filter by.

Why: `getattr(Model, name)` with a name from the request reaches every attribute: hidden columns (sorting
by the hash of a password tells it bit by bit), relationships, methods; an unknown one is a 500.

Bad:

    from fastapi import FastAPI
    from sqlmodel import Field, SQLModel, select
    app = FastAPI()
    class Item(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
    @app.get("/items")
    def read(sort: str = "name") -> str:
        return str(select(Item).order_by(getattr(Item, sort)))

Good:

    from typing import Literal
    from fastapi import FastAPI
    from sqlmodel import Field, SQLModel, select
    app = FastAPI()
    class Item(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
    @app.get("/items")
    def read(sort: Literal["name", "id"] = "name") -> str:
        return str(select(Item).order_by(getattr(Item, sort)))

Leave it: where the name is looked up in a fixed list before.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.inputs import derived, inputs_of, shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import own_nodes
from backwright.audit.subject import Subject


@rule(item=4, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the columns that handlers look up by name."""
    for handler in subject.handlers:
        names = {
            one.name
            for one in inputs_of(subject, handler)
            if one.plain == "str" and "pattern=" not in one.shown
        }
        if not names or any(
            isinstance(one, ast.Compare | ast.Try) for one in own_nodes(handler.node)
        ):
            continue
        for call in own_nodes(handler.node):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id == "getattr"
                and len(call.args) > 1
                and derived(call.args[1], names)
                and subject.model_of(subject.names.meaning(handler.source, call.args[0]))
                is not None
            ):
                yield Found(
                    at(handler.source, call),
                    f"{shown(handler)} lets the client name any attribute of {ast.unparse(call.args[0])}",
                    'declare which: sort: Literal["name", "created_at"] = "name"',
                    units=(at(handler.source, handler.node),),
                )
