"""Rows under a parent are reached by callers who may not see the parent.

Why: `GET /teams/{team_id}` finds the team only for its members, but this endpoint under the same path
takes the id as it comes: strangers list, make or change what belongs to the team.

Bad:

    # with users and notes
    class Page(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        note_id: int = Field(foreign_key="note.id")
    @app.get("/notes/{note_id}")
    def read(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        return note
    @app.get("/notes/{note_id}/pages")
    def pages(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Page]:
        return db.exec(select(Page).where(Page.note_id == note_id)).all()

Good:

    # with users and notes
    class Page(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        note_id: int = Field(foreign_key="note.id")
    def own(note_id: int, db: Session, user: User) -> Note:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        return note
    @app.get("/notes/{note_id}")
    def read(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        return own(note_id, db, user)
    @app.get("/notes/{note_id}/pages")
    def pages(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Page]:
        own(note_id, db, user)
        return db.exec(select(Page).where(Page.note_id == note_id)).all()

Good:

    # with users and notes
    class Page(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        note_id: int = Field(foreign_key="note.id")
        author_id: int = Field(foreign_key="user.id")
    @app.get("/notes/{note_id}")
    def read(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        return note
    @app.delete("/notes/{note_id}/pages/{page_id}")
    def remove(note_id: int, page_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        if db.get(Note, note_id) is None:
            raise HTTPException(404)
        page = db.get(Page, page_id)
        if page is None or page.author_id != user.id:
            raise HTTPException(404)
        db.delete(page)
        db.commit()

Leave it: where strangers are meant to do this (to ask to be let in).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.audit.asked import asked_by, is_privileged, last_parameter
from backwright.audit.isolation import Shown, isolation_of, shape
from backwright.audit.rule import Found, Judged, Looked, rule
from backwright.audit.say import weighed_with_caller
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint
from backwright.values import Place

_STRANGERS = re.compile(
    r"(?i)/(join|request|apply|report|follow|like|invit\w*|accept|subscribe)s?\b"
)


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Compare the endpoints under a parent's path with the one that shows the parent."""
    parents = {
        (one.app, shape(one.path)): one
        for one in subject.project.endpoints
        if one.method == "GET" and _asks(subject, one, last_parameter(one.path))
    }
    for one in subject.project.endpoints:
        parent, name = _parent(one, parents)
        place = Place(one.file, one.line)
        if parent is None or not asked_by(subject, one) or is_privileged(subject, one):
            continue
        if (
            _asks(subject, one, name)
            or name in weighed_with_caller(subject, one)
            or _STRANGERS.search(one.path)
            or (one.owner_scoped is True and one.method != "POST")
        ):
            yield Looked(place)
            continue
        yield Found(
            place,
            f"{one.method} {one.path} takes {name} as it comes, while GET {parent.path} shows it only "
            "to whom it may concern",
            f"look it up as GET {parent.path} does first, and answer 404 without",
            level=None if _is_private(subject, parent) else "warning",
        )


def _is_private(subject: Subject, parent: Endpoint) -> bool:
    """Tell whether the parent is shown to its owner alone, not just to whom it is published."""
    name = last_parameter(parent.path)
    found = {it.model for it in asked_by(subject, parent) if it.owner and name in it.given}
    isolation = isolation_of(subject)
    return any(
        it in isolation.private and not isolation.shown.get(it, Shown()).is_public for it in found
    )


def _parent(one: Endpoint, parents: dict[tuple[str, str], Endpoint]) -> tuple[Endpoint | None, str]:
    """Return the endpoint that shows the nearest parent in a path, and the parameter that names it."""
    pieces = one.path.rstrip("/").split("/")
    for end in range(len(pieces) - 1, 1, -1):
        path = "/".join(pieces[:end])
        found = parents.get((one.app, shape(path)))
        if found is not None and (found.file, found.line) != (one.file, one.line):
            return found, last_parameter(path)
    return None, ""


def _asks(subject: Subject, one: Endpoint, name: str) -> bool:
    """Tell whether the caller has a say in which rows a parameter of the path finds.

    Accounts that are looked up on the way are shown with the row, and guard nothing. Where nobody needs
    to be known, only a comparison with the owner tells that: else the caller may be shown more, not less.
    """
    accounts = subject.project.auth.user_model
    return bool(name) and any(
        (it.owner and _is_named(it.model, name) if one.auth == "optional" else it.caller)
        and name in it.given
        and it.model != accounts
        for it in asked_by(subject, one)
    )


def _is_named(model: str, parameter: str) -> bool:
    """Tell whether a parameter is called as a model's rows are: `post_id` of `Post`."""
    word = re.sub(r"_?(id|uuid|slug|key)$", "", parameter).replace("_", "")
    return bool(word) and word in model.lower()
