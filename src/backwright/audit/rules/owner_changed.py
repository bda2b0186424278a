"""A row can be given to another user.

Why: the request says the owner of a row that exists. A user pushes rows onto others, or takes over what
hangs on the owner (rights, quotas, bills).

Bad:

    # with users and notes
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    class NoteChange(SQLModel):
        title: str
        owner_id: int
    @app.put("/notes/{note_id}")
    def change(note_id: int, data: NoteChange, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        note.owner_id = data.owner_id
        db.commit()

Bad:

    # with users and notes
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    class NoteChange(SQLModel):
        title: str
        owner_id: int
    @app.put("/notes/{note_id}")
    def change(note_id: int, data: NoteChange, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        for name, value in data.model_dump(exclude_unset=True).items():
            setattr(note, name, value)
        db.commit()

Good:

    # with users and notes
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    class NoteChange(SQLModel):
        title: str
    @app.put("/notes/{note_id}")
    def change(note_id: int, data: NoteChange, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        note.title = data.title
        db.commit()

Leave it: where handing over is the purpose of the endpoint.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import inputs_of
from backwright.audit.isolation import Access, by_privilege, isolation_of, of_administrators
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.subject import Handler, Subject

_HANDS_OVER = re.compile(
    r"(?i)transfer|hand_?over|assign|change_?owner|manage|review|approv|respons|\blead"
)


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the endpoints that change owned rows: by what they set, and by their schemas."""
    handlers = {(one.source.file, one.node.lineno): one for one in subject.handlers}
    for one in isolation_of(subject).accesses:
        kinds = {it.kind for it in one.touches}
        if one.endpoint.method not in {"PUT", "PATCH"} or one.model.owner is None:
            continue
        if of_administrators(subject, one.endpoint) or not kinds & {"change", "owner"}:
            continue
        owner = one.model.owner.column
        handler = handlers.get((one.endpoint.file, one.endpoint.line))
        declares = handler is not None and _declares(subject, handler, owner)
        if "owner" not in kinds and not declares:
            yield Looked(one.place)
        elif (
            _HANDS_OVER.search(f"{one.endpoint.path} {owner}")
            or not one.model.owner.direct
            or by_privilege(subject, one.endpoint)
        ):
            yield Unsure(one.place, f"whether {one.shown} is meant to hand rows over is not known")
        elif "owner" in kinds or (handler is not None and _spreads(handler, owner)):
            yield _found(one, owner)
        else:
            yield Unsure(
                one.place, f"the body of {one.shown} has {owner}; whether it is used is not known"
            )


def _found(one: Access, owner: str) -> Found:
    return Found(
        one.place,
        f"{one.shown} lets its caller give a {one.model.name} to another user: the body has {owner}",
        f"leave {owner} out of the schema of updates",
    )


def _declares(subject: Subject, handler: Handler, owner: str) -> bool:
    """Tell whether the body of a handler has the owner's column."""
    for one in inputs_of(subject, handler):
        cls, source = one.kind.node, one.kind.source
        if not isinstance(cls, ast.ClassDef) or source is None:
            continue
        if subject.names.field(source, cls, owner) is not None:
            return True
    return False


def _spreads(handler: Handler, owner: str) -> bool:
    """Tell whether a handler sets every field of the body, the owner not left out or overwritten."""
    text = ast.unparse(handler.node)
    spreads = re.search(r"setattr\(|sqlmodel_update\(|\.update\(\*\*|values\(\*\*", text)
    kept = rf"exclude={{|\.{owner} = |['\"]{owner}['\"]\] = |pop\(['\"]{owner}|update={{"
    return spreads is not None and re.search(kept, text) is None
