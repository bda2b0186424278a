"""Anybody may change, make or read what belongs to users.

Why: other endpoints of the application ask who is calling, this one does not: without a token it changes
rows that belong to somebody, or shows rows that other endpoints keep to their owner.

Bad:

    # with users and notes
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)]) -> None:
        note = db.exec(select(Note).where(Note.id == note_id)).first()
        if note is None:
            raise HTTPException(404)
        db.delete(note)
        db.commit()

Good:

    # with users and notes
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        db.delete(note)
        db.commit()

Good:

    # with users and notes
    def signed_in(scopes: list[str]):
        return Annotated[User, Depends(current_user)]
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: signed_in(scopes=["notes"])) -> None:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).first()
        if note is None:
            raise HTTPException(404)
        db.delete(note)
        db.commit()

Good:

    # with users and notes
    class GuestNote(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        owner_id: int = Field(foreign_key="user.id")
        text: str
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    @app.put("/guest-notes/{note_id}")
    def change(note_id: int, text: str, db: Annotated[Session, Depends(session)]) -> None:
        note = db.get(GuestNote, note_id)
        if note is None:
            raise HTTPException(404)
        note.text = text
        db.commit()

Good:

    # with users and notes
    from fastapi.responses import RedirectResponse
    @app.get("/notes")
    def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    @app.get("/{code}")
    def follow(code: str, db: Annotated[Session, Depends(session)]) -> RedirectResponse:
        note = db.exec(select(Note).where(Note.title == code)).first()
        if note is None:
            raise HTTPException(404)
        return RedirectResponse(note.title)

Leave it: for what has to be public (a contact form, a shared link), or what something before the
application guards.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from backwright.audit.isolation import READING, Access, Isolation, isolation_of, where
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.sources import FunctionNode, last_name
from backwright.audit.subject import Subject
from backwright.values import Place

_SIGNS_IN = re.compile(
    r"(?i)log_?in|log_?out|sign_?(in|up|out)|regist|auth|token|password|verif|reset|confirm|webhook|callback|refresh|otp|session"
    r"|guest|visitor|anonym"
)
_WAYS = 4
_CREDENTIAL = re.compile(
    r"(?i)\bRequest\b|header|cookie|token|session_?(id|key)|api_?key|credential"
)
_OWN = re.compile(r"(?i)/(me|my|mine|profile|account)(/|$)")


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the endpoints that anybody may call and that touch owned rows."""
    yield from _own_accounts(subject)
    isolation = isolation_of(subject)
    guarded = {one.app for one in subject.project.endpoints if one.auth == "required"}
    for one in isolation.accesses:
        about = [it for it in one.touches if it.about]
        if one.endpoint.auth != "none" or one.endpoint.app not in guarded or not about:
            continue
        if _SIGNS_IN.search(f"{one.endpoint.path} {one.endpoint.handler} {one.model.name}"):
            continue
        reads = one.endpoint.method in READING
        if reads and (not _is_exception(one, isolation) or _leads_elsewhere(subject, one)):
            yield Looked(one.place)
            continue
        kind = {it.kind for it in about if it.callers is not True}
        if kind == {"create"} and not _in_a_name(one):
            why = f"whether anybody may add a {one.model.name} by {one.shown}, only the team knows"
            yield Unsure(one.place, why)
            continue
        if not reads and not kind & {"change", "create"}:
            yield Unsure(one.place, f"what {one.shown} does without a caller is not settled")
            continue
        action = "shows" if reads else "makes" if "change" not in kind else "changes"
        yield Found(
            one.place,
            f"{one.shown} {action} {one.model.name} rows, which belong to users, for anybody without a "
            f"token{where(about[-1], one)}",
            "ask who is calling: user: Annotated[User, Depends(current_user)], and choose rows by them",
        )


def _leads_elsewhere(subject: Subject, one: Access) -> bool:
    """Tell whether a handler sends whoever calls to what a row points at: a short link is for all."""
    node = subject.functions_at.get((one.endpoint.file, one.endpoint.line))
    return node is not None and any(
        isinstance(it, ast.Call) and last_name(it.func) == "RedirectResponse"
        for it in ast.walk(node)
    )


def _is_exception(one: Access, isolation: Isolation) -> bool:
    """Tell whether this is the only way to read rows without a token, while several ask for one."""
    if one.model.name not in isolation.private:
        return False
    reads = [
        it.endpoint
        for it in isolation.accesses
        if it.model is one.model and it.endpoint.method in READING
    ]
    open_ones = [it for it in reads if it.auth == "none"]
    return len(open_ones) == 1 and len(reads) > 1


def _in_a_name(one: Access) -> bool:
    """Tell whether a row is made in the name of the user whom the request names."""
    if one.model.owner is None or not one.model.owner.direct:
        return False
    return any(it.kind == "create" and it.about and it.given for it in one.touches)


def _own_accounts(subject: Subject) -> Iterator[Judged]:
    """Judge the endpoints of the caller's own account: without a caller there is none."""
    guarded = {one.app for one in subject.project.endpoints if one.auth == "required"}
    shared = Counter((one.file, one.line) for one in subject.project.endpoints)
    for one in subject.project.endpoints:
        if shared[one.file, one.line] > _WAYS:
            continue  # one function answers for many: what it calls is not read
        if one.auth != "none" or one.app not in guarded or not _OWN.search(one.path):
            continue
        if (
            one.method in {"PUT", "PATCH", "DELETE"}
            and (one.file, one.line) in subject.functions_at
            and not _takes_credentials(subject.functions_at[one.file, one.line])
        ):
            yield Found(
                Place(one.file, one.line),
                f"{one.method} {one.path} changes the caller's own account, but asks nobody who they are",
                "ask who is calling: user: Annotated[User, Depends(current_user)]",
            )


def _takes_credentials(node: FunctionNode) -> bool:
    """Tell whether a handler is given what it could find the caller by itself."""
    return _CREDENTIAL.search(ast.unparse(node.args)) is not None
