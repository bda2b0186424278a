"""What the request says goes before who calls.

Why: `data.owner_id or user.id` gives the row to whom the request names: the caller is only the default.
So is `{"owner_id": user.id, **data}`, where the body has that field.

Bad:

    # with users and notes
    class NoteIn(SQLModel):
        title: str
        owner_id: int | None = None
    @app.post("/notes")
    def make(data: NoteIn, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        db.add(Note(title=data.title, owner_id=data.owner_id or user.id))
        db.commit()

Bad:

    # with users and notes
    class NoteIn(SQLModel):
        title: str
        owner_id: int | None = None
    @app.post("/notes")
    def make(data: NoteIn, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        db.add(Note(**{"owner_id": user.id, **data.model_dump(exclude_none=True)}))
        db.commit()

Good:

    # with users and notes
    class NoteIn(SQLModel):
        title: str
    @app.post("/notes")
    def make(data: NoteIn, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        db.add(Note(**{**data.model_dump(), "owner_id": user.id}))
        db.commit()

Leave it: where a privilege is asked for before; nothing is said where the handler speaks of one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.identity import callers, mentions
from backwright.audit.inputs import Input, inputs_of, shown
from backwright.audit.isolation import asks_in_code, by_privilege, of_administrators
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import last_name, own_nodes
from backwright.audit.subject import Handler, Subject


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the values that handlers take for the owner."""
    owners = {one.owner.column for one in subject.project.models if one.owner is not None}
    for handler in subject.handlers:
        known = set(callers(subject, handler.source, handler.node))
        given = {one.name: one for one in inputs_of(subject, handler)}
        if not known or not given or not owners or _is_privileged(subject, handler):
            continue
        for one in own_nodes(handler.node):
            if _prefers(one, set(given), known, owners) or _spreads(
                subject, one, given, known, owners
            ):
                yield Found(
                    at(handler.source, one),
                    f"{shown(handler)} takes the owner from the request, and the caller only where "
                    "the request names none",
                    "take it from the token alone, and leave it out of what the request may say",
                    units=(at(handler.source, handler.node),),
                )
                break


def _is_privileged(subject: Subject, handler: Handler) -> bool:
    return any(
        of_administrators(subject, one) or by_privilege(subject, one) or asks_in_code(subject, one)
        for one in handler.endpoints
    )


def _prefers(node: ast.AST, given: set[str], known: set[str], owners: set[str]) -> bool:
    """Tell whether the owner is what the request says, `or` else the caller."""
    for value, name in _values(node):
        if name not in owners:
            continue
        if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
            first, last = value.values[0], value.values[-1]
        elif isinstance(value, ast.Call) and last_name(value.func) == "get" and len(value.args) > 1:
            first, last = value.func, value.args[1]
        else:
            continue
        if mentions(first, given) and not mentions(first, known) and mentions(last, known):
            return True
    return False


def _values(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yield values with the name of what they are given for, or compared with."""
    if isinstance(node, ast.keyword) and node.arg is not None:
        yield node.value, node.arg
    elif isinstance(node, ast.Assign):
        yield from ((node.value, last_name(one)) for one in node.targets)
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
        yield node.comparators[0], last_name(node.left)
        yield node.left, last_name(node.comparators[0])
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield value, key.value


def _spreads(
    subject: Subject, node: ast.AST, given: dict[str, Input], known: set[str], owners: set[str]
) -> bool:
    """Tell whether a body that has the owner is spread over the caller, behind it."""
    if not isinstance(node, ast.Dict):
        return False
    put: set[str] = set()
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value in owners and mentions(value, known):
            put.add(str(key.value))
        elif key is None and put:
            named = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)} & set(given)
            if any(_has(subject, given[name], put) for name in named):
                return True
    return False


def _has(subject: Subject, body: Input, names: set[str]) -> bool:
    cls, source = body.kind.node, body.kind.source
    if not isinstance(cls, ast.ClassDef) or source is None:
        return False
    return any(subject.names.field(source, cls, name) is not None for name in names)
