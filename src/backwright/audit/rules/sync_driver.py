"""An asynchronous engine is given a driver that waits.

Why: `create_async_engine("postgresql://…")` refuses to work with psycopg2, and `sqlite:///` with the
driver of the standard library: the application does not start, or fails at the first request.

Bad:

    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine("postgresql+psycopg2://localhost/shop")

Good:

    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine("postgresql+asyncpg://localhost/shop")

Leave it: never.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source, argument
from backwright.audit.subject import Subject

_WAITS = re.compile(
    r"^(postgresql\+(psycopg2|pg8000)|postgres|sqlite|mysql\+(pymysql|mysqldb)|mysql)://"
)
_BY_DEFAULT = re.compile(r"^postgresql://")
_MADE = re.compile(r"replace\(|set\(|\+asyncpg|aiosqlite|drivername")
_BETTER = {"sqlite": "sqlite+aiosqlite", "mysql": "mysql+aiomysql"}


@rule(item=None, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the addresses of asynchronous engines that are written down."""
    for source, call, _ in subject.calls("create_async_engine"):
        given = argument(call, 0, "url")
        url, setting = _url(subject, source, given)
        place = at(source, call)
        if url is None or given is None or _MADE.search(ast.unparse(given)):
            continue
        scheme = url.partition("://")[0]
        if _WAITS.match(url) or (_BY_DEFAULT.match(url) and not setting):
            better = _BETTER.get(scheme.partition("+")[0], "postgresql+asyncpg")
            yield Found(
                place,
                f"the asynchronous engine gets {scheme}://, whose driver is synchronous",
                f"name one that is not: {better}://…",
                level="warning" if setting or _BY_DEFAULT.match(url) else None,
            )
        else:
            yield Looked(place)


def _url(subject: Subject, source: Source, node: ast.expr | None) -> tuple[str | None, bool]:
    """Return how an address begins, and whether it is only the default of a setting."""
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value), False
    found = subject.names.meaning(source, node)
    if isinstance(found.node, ast.Constant) and isinstance(found.node.value, str):
        return found.node.value, subject.is_setting(found)
    return None, False
