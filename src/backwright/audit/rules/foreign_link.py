"""A row can be linked to a row of another user.

Why: the request says the id of a parent (or of the other side), and nobody looks whether that is the
caller's. Rows end up in others' lists, or show what they refer to.

Bad:

    # with users and notes
    class Comment(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        owner_id: int = Field(foreign_key="user.id")
        note_id: int = Field(foreign_key="note.id")
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        return db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one()
    @app.post("/notes/{note_id}/comments")
    def comment(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        db.add(Comment(owner_id=user.id, note_id=note_id))
        db.commit()

Good:

    # with users and notes
    class Comment(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        owner_id: int = Field(foreign_key="user.id")
        note_id: int = Field(foreign_key="note.id")
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        return db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one()
    @app.post("/notes/{note_id}/comments")
    def comment(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        db.add(Comment(owner_id=user.id, note_id=note_id))
        db.commit()

Good:

    # with users and notes
    class Comment(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        owner_id: int = Field(foreign_key="user.id")
        note_id: int = Field(foreign_key="note.id")
    def user_and_db(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> tuple[User, Session]:
        return user, db
    @app.get("/notes")
    def notes(both: Annotated[tuple[User, Session], Depends(user_and_db)]) -> list[Note]:
        user, db = both
        return db.exec(select(Note).limit(10)).all()
    @app.post("/notes/{note_id}/comments")
    def comment(note_id: int, both: Annotated[tuple[User, Session], Depends(user_and_db)]) -> None:
        user, db = both
        db.add(Comment(owner_id=user.id, note_id=note_id))
        db.commit()

Leave it: where rows may be linked by everybody (comments on public posts); nothing is said of tables
that no endpoint keeps to their owner.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import inputs_of
from backwright.audit.isolation import (
    Isolation,
    by_privilege,
    isolation_of,
    of_administrators,
)
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.say import weighed_with_caller
from backwright.audit.subject import Handler, Subject
from backwright.project.types import Model


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the references that new rows take from the request."""
    isolation = isolation_of(subject)
    yield from _by_updates(subject, isolation)
    for one in isolation.accesses:
        links = [it for it in one.touches if it.kind == "link"]
        if not links or one.endpoint.auth == "none" or of_administrators(subject, one.endpoint):
            continue
        wrong = [it for it in links if it.callers is False]
        if not wrong and all(it.callers for it in links):
            yield Looked(one.place)
        elif (
            not wrong
            or by_privilege(subject, one.endpoint)
            or weighed_with_caller(subject, one.endpoint)
        ):
            yield Unsure(one.place, f"whose {one.model.name} {one.shown} links to is not settled")
        elif not _is_private(one.model.name, isolation):
            yield Unsure(
                one.place,
                f"{one.shown} links to any {one.model.name}; if that is meant, only the team knows",
            )
        else:
            yield Found(
                one.place,
                f"{one.shown} links to any {one.model.name} that the request names, whoever owns it",
                f"look the {one.model.name} up with its owner first, and answer 404 without",
            )


def _is_private(name: str, isolation: Isolation) -> bool:
    """Tell whether rows are shown to their owner alone, by whatever shows them."""
    shown = isolation.shown.get(name)
    return (
        name in isolation.private and shown is not None and not shown.to_others + shown.to_anybody
    )


def _by_updates(subject: Subject, isolation: Isolation) -> Iterator[Judged]:
    """Judge the references that updates take from the body, where nobody looks them up."""
    handlers = {(one.source.file, one.node.lineno): one for one in subject.handlers}
    seen = {(one.place, one.model.name) for one in isolation.accesses}
    for one in isolation.accesses:
        changes = any(it.kind == "change" and it.about for it in one.touches)
        handler = handlers.get((one.endpoint.file, one.endpoint.line))
        if one.endpoint.method not in {"PUT", "PATCH"} or not changes or handler is None:
            continue
        if of_administrators(subject, one.endpoint) or by_privilege(subject, one.endpoint):
            continue
        for column, target in _references(subject, one.model, isolation):
            if weighed_with_caller(subject, one.endpoint) - _in_path(one.endpoint.path):
                why = f"whose {target} {one.shown} links to is not settled"
                yield Unsure(one.place, why)
                continue
            if (one.place, target) in seen or not _sets(subject, handler, column):
                continue
            yield Found(
                one.place,
                f"{one.shown} lets {one.model.name}.{column} be set to any {target}, whoever owns it",
                f"look the {target} up with its owner first, and answer 404 without",
            )


def _in_path(path: str) -> set[str]:
    return set(re.findall(r"{(\w+)", path))


def _references(subject: Subject, model: Model, isolation: Isolation) -> Iterator[tuple[str, str]]:
    """Yield a model's columns that refer to private rows, but for its owner's."""
    for column in model.columns:
        for other in subject.project.models:
            if not _is_private(other.name, isolation) or other.name == model.name:
                continue
            table = (column.foreign_key or "").rpartition(".")[0]
            if (
                table == other.table
                and model.owner is not None
                and column.name != model.owner.column
            ):
                yield column.name, other.name


def _sets(subject: Subject, handler: Handler, column: str) -> bool:
    """Tell whether an update sets a column to what the body says."""
    text = ast.unparse(handler.node)
    for one in inputs_of(subject, handler):
        cls, source = one.kind.node, one.kind.source
        if not isinstance(cls, ast.ClassDef) or source is None:
            continue
        if subject.names.field(source, cls, column) is None:
            continue
        if re.search(rf"\.{column} = {one.name}\.{column}\b", text):
            return True
        spreads = re.search(r"setattr\(|sqlmodel_update\(|\.update\(\*\*|values\(\*\*", text)
        left_out = re.search(rf"exclude={{[^}}]*['\"]{column}|pop\(['\"]{column}", text)
        if spreads is not None and left_out is None:
            return True
    return False
