"""A statement in SQL finds rows of any owner.

Why: the project's other statements on this table ask for the owner, this endpoint's do not: whoever
knows an id reads or changes the row.

Bad:

    import sqlite3
    from typing import Annotated
    from fastapi import Depends, FastAPI
    from fastapi.security import OAuth2PasswordBearer
    app = FastAPI()
    token = OAuth2PasswordBearer(tokenUrl="login")
    connection = sqlite3.connect(":memory:")
    @app.get("/todos")
    def todos(user: Annotated[str, Depends(token)]) -> list[str]:
        return connection.execute("SELECT * FROM todos WHERE user_id = ?", (user,)).fetchall()
    @app.get("/todos/{todo_id}")
    def todo(todo_id: int, user: Annotated[str, Depends(token)]) -> str:
        return connection.execute("SELECT * FROM todos WHERE id = ?", (todo_id,)).fetchone()

Good:

    import sqlite3
    from typing import Annotated
    from fastapi import Depends, FastAPI
    from fastapi.security import OAuth2PasswordBearer
    app = FastAPI()
    token = OAuth2PasswordBearer(tokenUrl="login")
    connection = sqlite3.connect(":memory:")
    @app.get("/todos")
    def todos(user: Annotated[str, Depends(token)]) -> list[str]:
        return connection.execute("SELECT * FROM todos WHERE user_id = ?", (user,)).fetchall()
    @app.get("/todos/{todo_id}")
    def todo(todo_id: int, user: Annotated[str, Depends(token)]) -> str:
        return connection.execute("SELECT * FROM todos WHERE id = ? AND user_id = ?", (todo_id, user)).fetchone()

Leave it: where rows are meant for everybody, and the other statements only filter ("mine").
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.audit.asked import is_privileged
from backwright.audit.inputs import shown
from backwright.audit.rule import Found, Judged, Looked, Unsure, at, rule
from backwright.audit.say import has_say
from backwright.audit.sources import FunctionNode, Source
from backwright.audit.subject import Handler, Subject

_STATEMENT = re.compile(
    r"(?is)^\s*(?:select\b.*?\bfrom|update|delete\s+from)\s+[\"`]?(\w+)[\"`]?(.*)$"
)
_OWNER = re.compile(r"(?i)\b\w*(user|owner|author|account|member|customer)_?id\b\s*(=|in\b)")
_KEY = re.compile(r"(?i)\b(\w+\.)?\w*id\s*=")
_PEOPLE = re.compile(r"(?i)^(app_|auth_)?(user|account|member|customer)s?$")
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement on rows that are there: its table, and whether it asks for owner or key."""

    table: str
    owner: bool
    key: bool


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Compare the statements that endpoints run on one table."""
    runs = [
        (handler, list(_statements(subject, handler.source, handler.node, 0)))
        for handler in subject.handlers
        if handler.endpoints[0].auth == "required"
    ]
    owned = {one.table for _, held in runs for one in held if one.owner}
    for handler, held in runs:
        tables = {one.table for one in held} & owned
        open_ones = sorted(
            table
            for table in tables
            if not any(one.owner for one in held if one.table == table)
            and any(one.key for one in held if one.table == table)
        )
        place = at(handler.source, handler.node)
        if not tables or is_privileged(subject, handler.endpoints[0]) or not open_ones:
            yield from [Looked(place)] if tables else []
            continue
        if has_say(subject, handler.endpoints[0]):
            why = f"whose rows of {open_ones[0]} {shown(handler)} finds is not settled"
            yield Unsure(place, why)
            continue
        yield _found(handler, open_ones[0])


def _found(handler: Handler, table: str) -> Found:
    return Found(
        at(handler.source, handler.node),
        f"{shown(handler)} finds rows of {table} without their owner, which other statements ask for",
        f"ask for it: … FROM {table} WHERE id = … AND user_id = …",
    )


def _statements(
    subject: Subject, source: Source, node: FunctionNode, depth: int
) -> Iterator[_Statement]:
    """Yield the statements of a function, and of what it calls."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            found = _STATEMENT.match(one.value)
            if found is not None and not _PEOPLE.match(found[1]):
                rest = found[2].partition("ORDER BY")[0]
                chosen = re.split(r"(?i)\bwhere\b", rest, maxsplit=1)[-1]
                yield _Statement(
                    found[1].lower(),
                    _OWNER.search(chosen) is not None,
                    _KEY.search(chosen) is not None,
                )
        elif isinstance(one, ast.Call) and depth < _DEEPEST:
            called = subject.names.definition(source, one.func)
            if isinstance(called.node, FunctionNode) and called.source is not None:
                yield from _statements(subject, called.source, called.node, depth + 1)
