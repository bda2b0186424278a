"""The caller is whoever a header (or the query) says.

Why: anybody can send `X-User-Id: 1`. A header names the caller only behind a gateway that sets it and
lets no other way in.

Bad:

    # with users and notes
    @app.get("/me")
    def me(user: Annotated[User, Depends(current_user)]) -> str:
        return user.email
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], x_user_id: Annotated[int, Header()]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == x_user_id)).all()

Good:

    # with users and notes
    @app.get("/notes")
    def notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()

Leave it: behind a gateway that removes the header from what comes in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.audit.inputs import inputs_of, inputs_of_dependencies, shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.subject import Subject

_NAMES = re.compile(
    r"(?i)^(x_)?(current_|auth_|acting_)?(user|account|owner|customer|member)(_?id|_?name|_?email)$"
)


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the headers that handlers and their dependencies take."""
    if subject.project.auth.approach == "none":
        return
    for handler in subject.handlers:
        for one in [*inputs_of(subject, handler), *inputs_of_dependencies(subject, handler)]:
            if _NAMES.match(one.name) and re.search(r"\bHeader\(", one.shown):
                yield Found(
                    at(one.source, one.argument),
                    f"{shown(handler)} takes who is calling from the header {one.name.replace('_', '-')}, "
                    "which anybody can send",
                    "take the caller from the token: Depends(current_user)",
                    level="warning" if handler.endpoints[0].auth == "required" else None,
                    units=(at(handler.source, handler.node),),
                )
