"""A search finds rows of others: its words stand beside the owner in one `or`.

Why: `or_(Note.owner_id == user.id, Note.title.contains(q))` holds for each row that the words are in,
whoever owns it. The owner must hold in any case; only the words may be alternatives.

Bad:

    # with users and notes
    from sqlmodel import or_
    @app.get("/notes")
    def search(q: str, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(or_(Note.owner_id == user.id, Note.title.contains(q)))).all()

Good:

    # with users and notes
    from sqlmodel import or_
    @app.get("/notes")
    def search(q: str, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        words = or_(Note.title.contains(q), Note.title == q)
        return db.exec(select(Note).where(Note.owner_id == user.id, words)).all()
    @app.get("/shared")
    def shared(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(or_(Note.owner_id == user.id, Note.title == "public"))).all()

Leave it: where the other way in is a secret that the owner has handed out (a link with a token).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.identity import callers, mentions
from backwright.audit.inputs import inputs_of, shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import FunctionNode, assigned, last_name, own_nodes
from backwright.audit.subject import Subject

_SECRET = re.compile(r"(?i)token|secret|code|key|hash|uuid")


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the alternatives to the owner in the conditions of handlers."""
    owners = {one.owner.column for one in subject.project.models if one.owner is not None}
    for handler in subject.handlers:
        known = set(callers(subject, handler.source, handler.node))
        given = {one.name for one in inputs_of(subject, handler)}
        if not known or not given:
            continue
        for one in own_nodes(handler.node):
            branches = [*_branches(handler.node, one)]
            mine = [it for it in branches if _is_owners(it, owners, known)]
            free = [it for it in branches if _is_free(it, given, known)]
            if mine and free:
                yield Found(
                    at(handler.source, one),
                    f"{shown(handler)} finds rows that are the caller's, or for which "
                    f"{ast.unparse(free[0])}: whoever owns them",
                    "keep the owner out of the or_():\n.where(Model.owner_id == user.id, or_(…))",
                    units=(at(handler.source, handler.node),),
                )
                break


def _branches(function: FunctionNode, node: ast.AST) -> Iterator[ast.expr]:
    """Yield the alternatives of an `or_()` or `|`, past the names that hold them."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.Call) and last_name(node.func) == "or_":
        parts = list(node.args)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        parts = [node.left, node.right]
    for one in parts:
        bound = assigned(function, one.id) if isinstance(one, ast.Name) else None
        held = bound[0] if bound and len(bound) == 1 else None
        inner = [] if held is None else list(_branches(function, held))
        nested = list(_branches(function, one))
        yield from inner or nested or [one]


def _is_owners(node: ast.expr, owners: set[str], known: set[str]) -> bool:
    """Tell whether a condition compares the owner with the caller."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq):
        return False
    sides = [node.left, node.comparators[0]]
    return any(
        last_name(side) in owners and mentions(other, known) for side, other in (sides, sides[::-1])
    )


def _is_free(node: ast.expr, given: set[str], known: set[str]) -> bool:
    """Tell whether a condition asks for nothing but what the request says."""
    if not mentions(node, given) or mentions(node, known) or _SECRET.search(ast.unparse(node)):
        return False
    if isinstance(node, ast.Call) and last_name(node.func) == "and_":
        return all(_is_free(one, given, known) for one in node.args)
    return "select(" not in ast.unparse(node)
