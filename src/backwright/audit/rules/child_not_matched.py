"""A row is found under any parent.

Why: the path names a parent and a row of it, but the row is looked up by its own id alone: it answers
under the path of every parent, also of one that it does not belong to.

Bad:

    # with users and notes
    class Page(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        note_id: int = Field(foreign_key="note.id")
        owner_id: int = Field(foreign_key="user.id")
    @app.get("/notes/{note_id}/pages/{page_id}")
    def page(note_id: int, page_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Page:
        return db.exec(select(Page).where(Page.id == page_id, Page.owner_id == user.id)).one()

Good:

    # with users and notes
    class Page(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        note_id: int = Field(foreign_key="note.id")
        owner_id: int = Field(foreign_key="user.id")
    @app.get("/notes/{note_id}/pages/{page_id}")
    def page(note_id: int, page_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Page:
        return db.exec(select(Page).where(Page.id == page_id, Page.note_id == note_id, Page.owner_id == user.id)).one()

Good:

    # with users and notes
    class Page(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        note_id: int = Field(foreign_key="note.id")
    def within(db: Session, model: type, key: int, **above: int):
        row = db.get(model, key)
        if row is None:
            raise HTTPException(404)
        for column, value in above.items():
            if getattr(row, column) != value:
                raise HTTPException(404)
        return row
    @app.get("/notes/{note_id}/pages/{page_id}")
    def page(note_id: int, page_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Page:
        return within(db, Page, page_id, note_id=note_id)

Leave it: where the path is only for people to read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.asked import asked_by, last_parameter
from backwright.audit.identity import mentions
from backwright.audit.rule import Found, Judged, Looked, rule
from backwright.audit.say import meet
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint
from backwright.values import Place


@rule(item=5, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the endpoints whose path names a row and its parent."""
    for one in subject.project.endpoints:
        child = last_parameter(one.path)
        parents = [name for name in re.findall(r"{(\w+)", one.path) if name != child]
        parent = parents[-1] if parents else ""
        mine = [it for it in asked_by(subject, one) if child and child in it.given]
        columns = {
            column.name
            for it in mine
            for model in subject.project.models
            if model.name == it.model
            for column in model.columns
            if column.foreign_key
        }
        if not mine or parent not in columns:
            continue
        if (
            any(parent in it.given for it in mine)
            or _is_compared(subject, one, parent)
            or meet(subject, one, parent, child)
        ):
            yield Looked(Place(one.file, one.line))
            continue
        yield Found(
            Place(one.file, one.line),
            f"{one.method} {one.path} finds the {mine[0].model} by {child} alone, whatever {parent} is",
            f"choose it by both: {mine[0].model}.{parent} == {parent}",
        )


def _is_compared(subject: Subject, one: Endpoint, parent: str) -> bool:
    """Tell whether the handler compares the parent's id with something."""
    node = subject.functions_at.get((one.file, one.line))
    return node is None or any(
        isinstance(it, ast.Compare) and mentions(it, {parent}) for it in ast.walk(node)
    )
