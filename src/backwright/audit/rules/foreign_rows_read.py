"""An endpoint shows rows of other users.

Why: other endpoints of the project show these rows to their owner alone, but this one chooses them
without the caller, so every signed-in user can read everybody's by trying ids or by listing.

Bad:

    # with users and notes
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id).limit(100)).all()
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        note = db.exec(select(Note).where(Note.id == note_id)).first()
        if note is None:
            raise HTTPException(404)
        return note

Bad:

    # with users and notes
    class Member(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        hashed_password: str
        role: str = "customer"
    class Order(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        member_id: int = Field(foreign_key="member.id")
    def member(db: Annotated[Session, Depends(session)], sent: Annotated[str, Depends(token)]) -> Member:
        found = db.exec(select(Member).where(Member.email == sent)).first()
        if found is None:
            raise HTTPException(401)
        return found
    class HasRole:
        def __init__(self, *roles: str) -> None:
            self.roles = roles
        def __call__(self, user: Annotated[Member, Depends(member)]) -> Member:
            if user.role not in self.roles:
                raise HTTPException(403)
            return user
    @app.get("/orders")
    def my_orders(db: Annotated[Session, Depends(session)], user: Annotated[Member, Depends(member)]) -> list[Order]:
        return db.exec(select(Order).where(Order.member_id == user.id)).all()
    @app.get("/orders/{order_id}")
    def read_order(order_id: int, db: Annotated[Session, Depends(session)], _: Annotated[Member, Depends(HasRole("customer"))]) -> Order:
        order = db.exec(select(Order).where(Order.id == order_id)).first()
        if order is None:
            raise HTTPException(404)
        return order

Bad:

    # with users and notes
    def notes_of(db: Session, owner_id: int) -> list[Note]:
        return db.exec(select(Note).order_by(Note.title).limit(100)).all()
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return notes_of(db, user.id)
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        return db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one()

Good:

    # with users and notes
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id).limit(100)).all()
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        return note

Good:

    # with users and notes
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        return db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one()
    @app.get("/all-notes")
    def all_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        account = db.get(User, user.id)
        if not account or not (account.has_group("moderator") or account.has_group("admin")):
            raise HTTPException(status_code=403)
        return db.exec(select(Note)).all()

Good:

    # with users and notes
    class Invitation(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        note_id: int = Field(foreign_key="note.id")
        guest_id: int = Field(foreign_key="user.id")
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    @app.get("/notes/{note_id}")
    def note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        found = db.get(Note, note_id)
        guests = db.exec(select(Invitation).where(Invitation.note_id == note_id)).all()
        invited = False
        for one in guests:
            if one.guest_id == user.id:
                invited = True
        if found is None or not invited:
            raise HTTPException(404)
        return found

Good:

    # with users and notes
    class Member(SQLModel, table=True):
        user_id: int = Field(foreign_key="user.id", primary_key=True)
        note_id: int = Field(foreign_key="note.id", primary_key=True)
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).limit(100)).all()
    @app.get("/notes/that-i-wrote")
    def written(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    @app.get("/notes/shared-by-me")
    def shared(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    @app.get("/notes/{note_id}/members")
    def members(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Member]:
        note = db.get(Note, note_id)
        if note is None or note.owner_id != user.id:
            raise HTTPException(403)
        return db.exec(select(Member).where(Member.note_id == note_id)).all()

Good:

    # with users and notes
    def current_admin(user: Annotated[User, Depends(current_user)]) -> User:
        if user.email != "admin@example.com":
            raise HTTPException(403)
        return user
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_admin)]) -> list[Note]:
        return db.exec(select(Note)).all()
    @app.get("/notes/{note_id}/title")
    def title(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        return db.exec(select(Note).where(Note.id == note_id)).one()

Leave it: where rows are meant to be seen by all, and the scoped endpoint is only a filter ("my posts").
Where no endpoint keeps these rows to their owner, nothing is said: they may be meant for everybody,
and the checklist says unknown.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.owner_filter import owner_filter
from backwright.audit.isolation import (
    READING,
    Access,
    Shown,
    by_privilege,
    isolation_of,
    of_administrators,
    owner_remedy,
    where,
)
from backwright.audit.refusing import differs_by_caller
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.say import has_say
from backwright.audit.subject import Subject

_MINE = re.compile(r"(?i)/(my|mine|own|owned)([-_/]|$)")


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each endpoint that shows owned rows."""
    isolation = isolation_of(subject)
    for one in isolation.accesses:
        reads = [it for it in one.touches if it.kind == "read" and it.about]
        if not reads or one.endpoint.auth == "none" or one.endpoint.method not in READING:
            continue
        if of_administrators(subject, one.endpoint) or one.endpoint.owner_scoped is True:
            if _keeps(subject, one):
                yield Unsure(
                    one.place,
                    f"{one.shown} keeps answers in a dictionary of the module; whose, is not read",
                )
            yield Looked(one.place)
        elif one.endpoint.owner_scoped is None:
            yield Unsure(one.place, f"whose {one.model.name} {one.shown} shows is not settled")
        elif any(it.callers is False for it in reads):
            shown = isolation.shown.get(one.model.name, Shown())
            private = one.model.name in isolation.private and not shown.is_public
            yield from _judged(subject, one, private=private)


def _judged(subject: Subject, one: Access, *, private: bool) -> Iterator[Judged]:
    if by_privilege(subject, one.endpoint) or differs_by_caller(subject, one.endpoint):
        why = f"{one.shown} asks for a role or permission; who has it, reading does not tell"
        yield Unsure(one.place, why)
        return
    if has_say(subject, one.endpoint):
        why = f"{one.shown} asks something of its caller and the row; whether it is whose row, is not read"
        yield Unsure(one.place, why)
        return
    if _MINE.search(one.endpoint.path):
        yield Found(
            one.place,
            f"{one.shown} says that it gives the caller's own rows, and gives every {one.model.name}",
            owner_remedy(one.model),
        )
        return
    if not private:
        why = (
            f"{one.shown} shows every {one.model.name} to every signed-in user; if that is meant, "
        )
        yield Unsure(one.place, why + "only the team knows")
        return
    touch = [it for it in one.touches if it.kind == "read" and it.callers is False][-1]
    yield Found(
        one.place,
        f"{one.shown} shows any {one.model.name}, whoever owns it, while other endpoints show "
        f"them to their owner alone{where(touch, one)}",
        owner_remedy(one.model),
        cause=f"{one.model.name} read at {touch.file}:{touch.line}",
        fix=owner_filter(subject, one, touch),
    )


def _keeps(subject: Subject, one: Access) -> bool:
    """Tell whether a handler keeps something in a dictionary that all requests share."""
    source = subject.all.get(one.endpoint.file)
    node = subject.functions_at.get((one.endpoint.file, one.endpoint.line))
    if source is None or node is None:
        return False
    shared = {
        name
        for name, bound in source.bindings.items()
        if isinstance(bound, ast.Dict) and not bound.keys
    }
    return any(isinstance(it, ast.Name) and it.id in shared for it in ast.walk(node))
