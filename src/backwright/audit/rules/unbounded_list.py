"""A list gives every row there is.

Why: it works with ten rows in development; with a million it fills the memory of the server, for
everybody who asks.

Bad:

    # with users and notes
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)]) -> list[Note]:
        return db.exec(select(Note)).all()

Good:

    # with users and notes
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], offset: int = 0) -> list[Note]:
        return db.exec(select(Note).offset(offset).limit(50)).all()

Leave it: for tables that stay small by nature (countries, roles).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import own_nodes
from backwright.audit.subject import Handler, Subject

_BOUNDED = re.compile(r"(?i)limit|paginat|page|first\(|slice|fetchmany|\btake\b|yield_per|\[:")
_SMALL = re.compile(
    r"(?i)role|countr|currenc|categor|setting|permission|status|kind|type|tag|plan|tier|priorit"
)


@rule(item=None, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for handlers that read a whole table themselves."""
    for handler in subject.handlers:
        if all(one.method != "GET" for one in handler.endpoints):
            continue
        if _BOUNDED.search(ast.unparse(handler.node)) or _SMALL.search(handler.endpoints[0].path):
            continue
        call = next(_whole(handler), None)
        if call is not None:
            yield Found(
                at(handler.source, call),
                f"{shown(handler)} reads every row of a table",
                "page it: .offset(offset).limit(limit), with limit: Annotated[int, Query(ge=1, le=100)]",
            )


def _whole(handler: Handler) -> Iterator[ast.Call]:
    """Yield the calls that read all rows of a query without a condition."""
    for one in own_nodes(handler.node):
        if not isinstance(one, ast.Call):
            continue
        text = ast.unparse(one)
        whole = re.search(r"\.all\(\)$", text) and re.search(r"\b(select|query)\(", text)
        if whole and not re.search(r"where|filter|join|distinct|group_by|func\.", text):
            yield one
