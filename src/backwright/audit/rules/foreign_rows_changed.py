"""An endpoint changes or deletes rows of other users.

Why: the row is chosen by an id from the request, and nowhere on the way (handler, service,
repository, CRUD class) is it compared with the caller. Ids are easy to guess or to see, so every
signed-in user can change everybody's rows (broken object level authorization, the first of OWASP's
API list). A check of another row (the user in the path) does not help.

Bad:

    # with users and notes
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]):
        note = db.exec(select(Note).where(Note.id == note_id)).first()
        if note is None:
            raise HTTPException(404)
        db.delete(note)
        db.commit()

Good:

    # with users and notes
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]):
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        db.delete(note)
        db.commit()

Good:

    # with users and notes
    def permission(allowed: set[str]):
        def inner(function):
            return function
        return inner
    @app.delete("/notes/{note_id}")
    @permission({"staff"})
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]):
        note = db.exec(select(Note).where(Note.id == note_id)).first()
        db.delete(note)
        db.commit()

Good:

    # with users and notes
    def require_access(db: Session, who: User, note_id: int, action: str) -> None:
        if action not in who.allowed:
            raise HTTPException(status_code=403)
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]):
        require_access(db, user, note_id, "delete")
        note = db.exec(select(Note).where(Note.id == note_id)).first()
        db.delete(note)
        db.commit()

Good:

    # with users and notes
    from sqlmodel import update
    class PasswordReset(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        user_id: int = Field(foreign_key="user.id")
        token: str
        used: bool = False
    @app.post("/reset-password", dependencies=[Depends(token)])
    def reset_password(sent: str, db: Annotated[Session, Depends(session)]) -> None:
        db.exec(update(PasswordReset).where(PasswordReset.token == sent).values(used=True))
        db.commit()

Good:

    # with users and notes
    def found(db: Session, model: type, key: int):
        row = db.get(model, ident=key)
        if row is None:
            raise HTTPException(404)
        return row
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]):
        if found(db, Note, note_id).owner_id != user.id:
            raise HTTPException(404)
        db.delete(found(db, Note, note_id))
        db.commit()

Good:

    # with users and notes
    def is_editor(db: Session, note_id: int, who: User) -> bool:
        return db.get(Note, note_id) is not None and who.email.endswith("@example.com")
    def remove(db: Session, note_id: int, who: User) -> None:
        is_admin = is_editor(db, note_id, who)
        if not is_admin:
            raise HTTPException(status_code=403)
        db.delete(db.get(Note, note_id))
        db.commit()
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]):
        remove(db, note_id, user)

Good:

    # with users and notes
    class Staff(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        kind: str
    def current_staff_id(sent: Annotated[str, Depends(token)]) -> int:
        return int(sent)
    @app.post("/notes")
    def make_note(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        db.add(Note(owner_id=user.id, title=""))
        db.commit()
    def get_current_user(sent: Annotated[str, Depends(token)]) -> int:
        return int(sent)
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], sub: Annotated[int, Depends(get_current_user)]) -> None:
        staff = db.get(Staff, sub)
        if staff is None or staff.kind != "ADMIN":
            raise HTTPException(403)
        db.delete(db.get(Note, note_id))
        db.commit()

Good:

    # with users and notes
    class Room(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        user_id: int = Field(foreign_key="user.id")
    class Timetable(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        room_id: int = Field(foreign_key="room.id")
    @app.delete("/timetables/{key}")
    def remove(key: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        db.delete(db.get(Timetable, key))
        db.commit()

Leave it: where everybody is meant to edit everything (a wiki), or the caller's privilege is checked
in a way that reading does not see; say so with an ignore comment.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.asked import is_privileged
from backwright.audit.fixes.owner_filter import owner_filter
from backwright.audit.isolation import (
    READING,
    Access,
    by_privilege,
    isolation_of,
    of_administrators,
    owner_remedy,
    where,
)
from backwright.audit.refusing import refusal_of
from backwright.audit.rule import Found, Judged, Looked, Unsure, at, rule
from backwright.audit.say import compares_another, has_say
from backwright.audit.sources import Source, last_name, own_nodes
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint, Model
from backwright.values import Place

_CHANGES = frozenset({"delete", "update"})
_WITHOUT_CALLER = re.compile(
    r"(?i)forgot|reset|recover|verif|confirm|activat|unsubscribe|webhook|callback"
)

_GUARDED = (
    r"(?i)(current|active|require|get|logged)_?\w*(user|account|member|admin)\b|caller|principal"
)


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each endpoint that changes owned rows."""
    yield from _without_models(subject)
    yield from _whole_tables(subject)
    for one in isolation_of(subject).accesses:
        changes = [it for it in one.touches if it.kind == "change" and it.about]
        if one.endpoint.auth == "none":
            continue
        beside = [
            it
            for it in one.touches
            if it.kind == "change" and it.callers is not True and not it.about
        ]
        if beside and not of_administrators(subject, one.endpoint):
            why = f"{one.shown} changes {one.model.name} rows beside what it is about, perhaps of others"
            yield Unsure(one.place, why)
        if not changes:
            continue
        unsure = {(it.file, it.line) for it in changes if it.callers is None}
        open_ones = [
            it for it in changes if it.callers is False and (it.file, it.line) not in unsure
        ]
        if of_administrators(subject, one.endpoint):
            yield Looked(one.place)
        elif _serves_nobody(one.endpoint):
            yield Unsure(one.place, f"what proves who calls {one.shown} is not read")
        elif one.endpoint.owner_scoped is False and open_ones:
            yield from _judged(subject, one)
        elif unsure or one.endpoint.owner_scoped is not True:
            yield Unsure(one.place, f"whose {one.model.name} {one.shown} changes is not settled")
        else:
            yield Looked(one.place)


def _without_models(subject: Subject) -> Iterator[Judged]:
    """Leave open what guarded endpoints reach where no table is read: documents, another's service."""
    if subject.project.models:
        return
    for one in subject.project.endpoints:
        if one.auth == "required" and "{" in one.path:
            why = f"whose rows {one.method} {one.path} reaches is not read: the project declares no tables"
            yield Unsure(Place(one.file, one.line), why)


def _serves_nobody(one: Endpoint) -> bool:
    """Tell whether an endpoint is for people who cannot sign in: a mailed token says who they are."""
    named = f"{one.path} {one.handler.rpartition(':')[2]}"
    guards = " ".join(guard.rpartition(":")[2] for guard in one.dependencies)
    return bool(_WITHOUT_CALLER.search(named)) and not re.search(_GUARDED, guards)


def _judged(subject: Subject, one: Access) -> Iterator[Judged]:
    if refusal_of(subject, one.endpoint) == "owner":
        why = f"{one.shown} compares the owner of a row with its caller; whether of this one, is not read"
        yield Unsure(one.place, why)
        return
    if has_say(subject, one.endpoint):
        why = f"{one.shown} asks something of its caller and the row; whether it is whose row, is not read"
        yield Unsure(one.place, why)
        return
    if by_privilege(subject, one.endpoint):
        why = f"{one.shown} asks for a role or permission; who has it, reading does not tell"
        yield Unsure(one.place, why)
        return
    touch = [it for it in one.touches if it.kind == "change" and it.callers is False][-1]
    if not touch.given:
        why = f"which {one.model.name} rows {one.shown} changes, the request does not say"
        yield Unsure(one.place, why)
        return
    proved = one.model.name in isolation_of(subject).kept or compares_another(subject, one.endpoint)
    direct = one.model.owner is not None and one.model.owner.direct
    known = direct or isolation_of(subject).keeps(one.model)
    if not proved and (not known or one.endpoint.method in READING):
        why = f"whether the {one.model.name} rows that {one.shown} changes belong to users is not settled"
        yield Unsure(one.place, why)
        return
    action = "deletes" if one.endpoint.method == "DELETE" else "changes"
    yield Found(
        one.place,
        f"{one.shown} {action} any {one.model.name}, whoever owns it: "
        f"the row is never compared with the caller{where(touch, one)}",
        owner_remedy(one.model),
        level=None if proved else "warning",
        cause=f"{one.model.name} changed at {touch.file}:{touch.line}",
        fix=owner_filter(subject, one, touch),
    )


def _whole_tables(subject: Subject) -> Iterator[Judged]:
    """Judge the statements of endpoints that change or delete every row of an owned table."""
    for handler in subject.handlers:
        one = handler.endpoints[0]
        if one.auth != "required" or is_privileged(subject, one):
            continue
        for call in own_nodes(handler.node):
            model = _changed_whole(subject, handler.source, call)
            if model is not None:
                yield Found(
                    at(handler.source, call),
                    f"{one.method} {one.path} changes every row of {model.name}, whoever owns it",
                    owner_remedy(model),
                    units=(at(handler.source, handler.node),),
                )


def _changed_whole(subject: Subject, source: Source, node: ast.AST) -> Model | None:
    """Return the owned model that a statement changes without asking for anything but a key at all."""
    if not isinstance(node, ast.Call) or not node.args or last_name(node.func) not in _CHANGES:
        return None
    model = subject.model_of(subject.names.meaning(source, node.args[0]))
    library = subject.names.library(source, node.func)
    of_library = library.startswith(("sqlalchemy", "sqlmodel")) and "(" not in library
    if model is None or model.owner is None or not of_library:
        return None
    chain: ast.AST = node
    conditions: list[ast.expr] = []
    while isinstance(attribute := source.parents.get(chain), ast.Attribute):
        call = source.parents.get(attribute)
        if not isinstance(call, ast.Call):
            return None
        conditions += call.args if attribute.attr in {"where", "filter"} else []
        chain = call
    keys = {one.name for one in model.columns if one.primary_key}
    any_key = all(
        isinstance(one, ast.Compare)
        and last_name(one.left) in keys
        and isinstance(one.comparators[0], ast.Constant)
        and not isinstance(one.ops[0], ast.Eq)
        for one in conditions
    )
    return model if any_key else None
