"""Somebody is taken for the caller who has not signed in.

Why: a dependency gives the handler a user, but looks at no token, cookie or header to find out whose
request it is: everybody acts as that one user.

Bad:

    # with users and notes
    def first_user(db: Annotated[Session, Depends(session)]) -> User:
        return db.exec(select(User)).one()
    @app.get("/me")
    def me(user: Annotated[User, Depends(current_user)]) -> str:
        return user.email
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(first_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()

Good:

    # with users and notes
    @app.get("/me")
    def me(user: Annotated[User, Depends(current_user)]) -> str:
        return user.email
    def chosen(user_id: int, db: Annotated[Session, Depends(session)]) -> User:
        return db.exec(select(User).where(User.id == user_id)).one()
    @app.get("/users/{user_id}")
    def shown(user: Annotated[User, Depends(chosen)]) -> str:
        return user.email

Leave it: in a demonstration with one user.
"""

from __future__ import annotations

from collections.abc import Iterator

from backwright.audit.identity import is_user, looks_at_nothing, told
from backwright.audit.inputs import shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.subject import Subject


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the users that handlers without authentication are given."""
    guarded = {one.app for one in subject.project.endpoints if one.auth == "required"}
    for handler in subject.handlers:
        if all(one.auth != "none" or one.app not in guarded for one in handler.endpoints):
            continue
        for one in told(subject, handler.source, handler.node):
            if is_user(subject, one.kind) and looks_at_nothing(subject, one):
                name = one.function.name if one.function is not None else ""
                yield Found(
                    at(handler.source, handler.node),
                    f"{shown(handler)} takes a user from {name}(), which looks at nothing of the "
                    "request: whoever calls acts as that user",
                    "ask who is calling: Depends(current_user)",
                )
