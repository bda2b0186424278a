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

Leave it: where rows may be linked by everybody (comments on public posts); nothing is said of tables
that no endpoint keeps to their owner.
"""

from __future__ import annotations

from collections.abc import Iterator

from backwright.audit.isolation import by_privilege, isolation_of, of_administrators
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.subject import Subject


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the references that new rows take from the request."""
    isolation = isolation_of(subject)
    for one in isolation.accesses:
        links = [it for it in one.touches if it.kind == "link"]
        if not links or one.endpoint.auth == "none" or of_administrators(one.endpoint):
            continue
        wrong = [it for it in links if it.callers is False]
        if not wrong and all(it.callers for it in links):
            yield Looked(one.place)
        elif not wrong or by_privilege(subject, one.endpoint):
            yield Unsure(one.place, f"whose {one.model.name} {one.shown} links to is not settled")
        elif one.model.name not in isolation.private:
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
