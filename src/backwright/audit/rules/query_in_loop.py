"""One query for each row of a list.

Why: fifty rows make fifty-one queries: the page takes as long as the database is far away, times fifty.

Bad:

    # with users and notes
    @app.get("/notes/owners")
    def owners(db: Annotated[Session, Depends(session)]) -> list[str]:
        found = []
        for note in db.exec(select(Note).limit(50)).all():
            user = db.get(User, note.owner_id)
            found.append(user.email if user else "")
        return found

Good:

    # with users and notes
    @app.get("/notes/owners")
    def owners(db: Annotated[Session, Depends(session)]) -> list[str]:
        return db.exec(select(User.email).join(Note).limit(50)).all()

Leave it: where the list is known to hold two or three things.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.identity import mentions
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import FunctionNode, Source, own_nodes
from backwright.audit.subject import Subject

_QUERY = re.compile(r"Session\(\)\.(get|execute|exec|scalars?|query)$")
_ONCE = re.compile(
    r"(?i)^_*(init|seed|load|import|migrat|create_first|populate|setup|sync|backfill)"
)
_Loop = ast.For | ast.AsyncFor | ast.comprehension


@rule(item=None, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what is asked of the database inside loops over what it gave."""
    for source in subject.program:
        for function in source.functions:
            if _ONCE.search(function.name):
                continue
            for one in own_nodes(function):
                if isinstance(one, ast.Call) and _QUERY.search(
                    subject.names.library(source, one.func)
                ):
                    loop = _loop_over_rows(source, function, one)
                    if loop is not None:
                        yield Found(
                            at(source, one),
                            f"{function.name}() asks the database once for each "
                            f"{ast.unparse(loop.target)} of {ast.unparse(loop.iter)[:60]}",
                            "ask once for all: join, or .where(Model.id.in_(ids)) before the loop",
                        )
                        break


def _loop_over_rows(source: Source, function: FunctionNode, call: ast.Call) -> _Loop | None:
    """Return the loop around a query which asks for what the loop goes over."""
    for one in source.above(call):
        if one is function:
            return None
        loops: list[_Loop] = [one] if isinstance(one, ast.For | ast.AsyncFor) else []
        loops += getattr(one, "generators", [])
        for loop in loops:
            if any(part is call for part in ast.walk(loop.iter)):
                continue
            names = {it.id for it in ast.walk(loop.target) if isinstance(it, ast.Name)}
            arguments = [*call.args, *(it.value for it in call.keywords)]
            whole = _statement(source, call)
            if any(mentions(it, names) for it in (*arguments, whole)) and not _is_short(loop.iter):
                return loop
    return None


def _statement(source: Source, call: ast.Call) -> ast.AST:
    """Return a query with the methods that are called on it."""
    node: ast.AST = call
    while isinstance(source.parents.get(node), ast.Attribute | ast.Call):
        node = source.parents[node]
    return node


def _is_short(node: ast.expr) -> bool:
    """Tell whether a loop goes over a few things that are written down."""
    return isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Constant)
