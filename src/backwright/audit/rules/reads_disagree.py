"""One endpoint shows what another one refuses.

Why: `GET /documents/{id}` finds a document only for those it is meant for, but the list shows all of
them (or the other way round): who may see a row must not depend on the way to it.

Bad:

    # with users and notes
    from sqlmodel import or_
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note)).all()
    @app.get("/notes/{note_id}")
    def read(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        mine = or_(Note.owner_id == user.id, Note.title == "public")
        return db.exec(select(Note).where(Note.id == note_id, mine)).one()

Good:

    # with users and notes
    from sqlmodel import or_
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.title == "public")).all()
    @app.get("/notes/{note_id}")
    def read(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        mine = or_(Note.owner_id == user.id, Note.title == "public")
        return db.exec(select(Note).where(Note.id == note_id, mine)).one()

Good:

    # with users and notes
    import jwt
    def claims(sent: str) -> dict:
        return jwt.decode(sent, "key", algorithms=["HS256"])
    class Controller:
        def __init__(self, db: Session) -> None:
            self.db = db
        def all(self, token: str) -> list[User]:
            user = claims(token)
            scopes = user.get("scope").split(" ")
            if "read:users" not in scopes:
                raise HTTPException(403)
            return self.db.exec(select(User)).all()
        def one(self, token: str, user_id: int) -> User:
            if claims(token).get("sub") != user_id:
                raise HTTPException(403)
            return self.db.exec(select(User).where(User.id == user_id)).first()
    @app.get("/users")
    def all(db: Annotated[Session, Depends(session)], token: Annotated[str, Depends(token)]) -> list[User]:
        controller = Controller(db)
        return controller.all(token)
    @app.get("/users/{user_id}")
    def one(user_id: int, db: Annotated[Session, Depends(session)], token: Annotated[str, Depends(token)]) -> User:
        controller = Controller(db)
        return controller.one(token, user_id)

Leave it: where what both show differs (a list of titles, and the whole text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.audit.asked import asked_by, is_privileged, last_parameter
from backwright.audit.isolation import isolation_of, shape
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.subject import Subject
from backwright.project.types import Asked, Endpoint
from backwright.values import Place

_DELETED = re.compile(r"(?i)delet|trash|archiv")
_VISIBLE = re.compile(r"(?i)publi|visib|draft|hidden|private|approv")


@rule(item=5, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Compare the reading endpoints of a collection with those of its single rows."""
    reads = [one for one in subject.project.endpoints if one.method == "GET"]
    by_shape = {(one.app, shape(one.path)): one for one in reads}
    yield from _deleted_rows(subject, reads)
    for one in reads:
        if is_privileged(subject, one) or not asked_by(subject, one):
            continue
        if last_parameter(one.path):
            yield from _single(subject, one, by_shape)
        else:
            yield from _list(subject, one, by_shape)


def _deleted_rows(subject: Subject, reads: list[Endpoint]) -> Iterator[Judged]:
    """Leave open what shows rows that are only marked as deleted, where others leave those out."""
    for model in subject.project.models:
        if not any(_DELETED.search(one.name) for one in model.columns):
            continue
        shows = [
            (one, [it for it in asked_by(subject, one) if it.model == model.name]) for one in reads
        ]
        asks = [one for one, held in shows if any(_hides_deleted(it) for it in held)]
        for one, held in shows:
            shows_all = held and not any(_hides_deleted(it) for it in held)
            if asks and shows_all and not is_privileged(subject, one):
                why = f"whether {one.method} {one.path} shows deleted {model.name} rows is not settled"
                yield Unsure(Place(one.file, one.line), why, live=False)


def _hides_deleted(one: Asked) -> bool:
    return any(_DELETED.search(name) for name in one.state)


def _list(
    subject: Subject, one: Endpoint, by_shape: dict[tuple[str, str], Endpoint]
) -> Iterator[Judged]:
    """Judge a list beside the endpoint of its single rows."""
    single = by_shape.get((one.app, f"{shape(one.path)}/{{}}"))
    if single is None:
        return
    name = last_parameter(single.path)
    for asked in asked_by(subject, single):
        if not asked.caller or name not in asked.given or is_privileged(subject, single):
            continue
        if asked.model in isolation_of(subject).private:
            return  # the rule foreign-rows-read speaks of it
        mine = [it for it in asked_by(subject, one) if it.model == asked.model]
        if mine and not any(it.caller or it.state for it in mine):
            yield _found(one, asked, single)
        else:
            yield Looked(Place(one.file, one.line))
        return


def _single(
    subject: Subject, one: Endpoint, by_shape: dict[tuple[str, str], Endpoint]
) -> Iterator[Judged]:
    """Judge an endpoint of single rows beside the lists that show them."""
    name = last_parameter(one.path)
    mine = [it for it in asked_by(subject, one) if it.model and name in it.given]
    if len({it.model for it in mine}) != 1 or any(it.caller or it.state for it in mine):
        return
    model = mine[0].model
    if model in isolation_of(subject).private:
        return  # the rule foreign-rows-read speaks of it
    collection = by_shape.get((one.app, shape(one.path).removesuffix("/{}")))
    if collection is not None and not is_privileged(subject, collection):
        for it in asked_by(subject, collection):
            hides = any(_VISIBLE.search(name) for name in it.state)
            if it.model == model and (it.owner or hides):
                yield _found(one, it, collection)
                return
    yield from _hanging(subject, one, mine[0], by_shape)


def _hanging(
    subject: Subject, one: Endpoint, mine: Asked, by_shape: dict[tuple[str, str], Endpoint]
) -> Iterator[Judged]:
    """Judge single rows beside a list of them under a parent that asks for the caller."""
    last = one.path.rstrip("/").split("/")[-2]
    for other in by_shape.values():
        pieces = other.path.rstrip("/").split("/")
        under = len(pieces) > 2 and pieces[-1] == last and pieces[-2].startswith("{")
        if not under or other.app != one.app or is_privileged(subject, other):
            continue
        parent = pieces[-2].strip("{}").partition(":")[0]
        asked = asked_by(subject, other)
        gives = any(it.model == mine.model and parent in it.given for it in asked)
        if gives and any(it.caller and it.owner is False and parent in it.given for it in asked):
            yield _found(one, mine, other)
            return


def _found(one: Endpoint, asked: Asked, other: Endpoint) -> Found:
    return Found(
        Place(one.file, one.line),
        f"{one.method} {one.path} shows every {asked.model}, while GET {other.path} asks whom it is "
        "meant for",
        f"choose the rows as GET {other.path} does",
    )
