"""What is kept for all requests was found for one caller.

Why: the first user's rows are put into a dictionary of the module and given to the next user, too: its
key does not say whose they are.

Bad:

    # with users and notes
    KEPT: dict = {}
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        if "notes" not in KEPT:
            KEPT["notes"] = db.exec(select(Note).where(Note.owner_id == user.id)).all()
        return KEPT["notes"]

Good:

    # with users and notes
    KEPT: dict = {}
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        if user.id not in KEPT:
            KEPT[user.id] = db.exec(select(Note).where(Note.owner_id == user.id)).all()
        return KEPT[user.id]

Leave it: where what is kept is the same for everybody.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.identity import callers, mentions
from backwright.audit.inputs import shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import Source, last_name, own_nodes
from backwright.audit.subject import Subject


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what handlers put into dictionaries of their module, and give out of them."""
    for handler in subject.handlers:
        known = set(callers(subject, handler.source, handler.node))
        kept = _dictionaries(handler.source)
        if not known or not kept:
            continue
        nodes = list(own_nodes(handler.node))
        for one in nodes:
            name, key, value = _store(one)
            if name not in kept or value is None or not mentions(value, known):
                continue
            if key is not None and mentions(key, known):
                continue
            given = [it.value for it in nodes if isinstance(it, ast.Return) and it.value]
            if any(mentions(it, {name}) for it in given):
                yield Found(
                    at(handler.source, one),
                    f"{shown(handler)} keeps the caller's rows in {name} and gives them to whoever "
                    "calls next",
                    f"let the key say whose they are: {name}[user.id, …]",
                    units=(at(handler.source, handler.node),),
                )
                break


def _dictionaries(source: Source) -> set[str]:
    """Return the names of the module's dictionaries that begin empty."""
    return {
        name
        for name, bound in source.bindings.items()
        if (isinstance(bound, ast.Dict) and not bound.keys)
        or (isinstance(bound, ast.Call) and ast.unparse(bound) == "dict()")
    }


def _store(node: ast.AST) -> tuple[str, ast.expr | None, ast.expr | None]:
    """Return the dictionary that a node puts something into, the key and the value."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0]
        return last_name(target.value), target.slice, node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name = last_name(node.func.value)
        if node.func.attr == "setdefault" and len(node.args) > 1:
            return name, node.args[0], node.args[1]
        if node.func.attr == "update":
            return name, None, node
    return "", None, None
