"""Who owns a new row is taken from the request.

Why: the owner's id comes from the body, the path or the query, not from the token, so a user can make
rows in the name of another one.

Bad:

    # with users and notes
    class NoteIn(SQLModel):
        title: str
        owner_id: int
    @app.post("/notes")
    def make_note(data: NoteIn, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]):
        note = Note(title=data.title, owner_id=data.owner_id)
        db.add(note)
        db.commit()

Good:

    # with users and notes
    class NoteIn(SQLModel):
        title: str
    @app.post("/notes")
    def make_note(data: NoteIn, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]):
        note = Note(title=data.title, owner_id=user.id)
        db.add(note)
        db.commit()

Good:

    # with users and notes
    def internal_service(api_key: Annotated[str, Header()]) -> str:
        if api_key != "of the other service":
            raise HTTPException(403)
        return "another service"
    @app.post("/notes")
    def make_note(user_id: int, db: Annotated[Session, Depends(session)], _: Annotated[str, Depends(internal_service)]) -> None:
        db.add(Note(title="", owner_id=user_id))
        db.commit()

Leave it: where administrators make rows for others, and something that reading does not see lets only
them in.
"""

from __future__ import annotations

from collections.abc import Iterator

from backwright.audit.isolation import by_privilege, isolation_of, of_administrators, where
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.say import weighed_with_caller
from backwright.audit.subject import Subject


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each endpoint that makes owned rows."""
    for one in isolation_of(subject).accesses:
        made = [it for it in one.touches if it.kind == "create" and it.about]
        if not made or one.endpoint.auth == "none":
            continue
        owner = one.model.owner
        wrong = [it for it in made if it.callers is False and it.given]
        if of_administrators(subject, one.endpoint) or all(it.callers for it in made):
            yield Looked(one.place)
        elif not wrong or one.endpoint.owner_scoped is not False or owner is None:
            yield Unsure(
                one.place, f"who owns the {one.model.name} that {one.shown} makes is not settled"
            )
        elif by_privilege(subject, one.endpoint):
            why = f"{one.shown} asks for a role or permission; who has it, reading does not tell"
            yield Unsure(one.place, why)
        elif not owner.direct and not isolation_of(subject).keeps(one.model):
            why = f"whether a {one.model.name} belongs to a user through its {owner.column} is not settled"
            yield Unsure(one.place, why)
        elif weighed_with_caller(subject, one.endpoint):
            why = f"{one.shown} asks something of its caller and what the request says; what, is not read"
            yield Unsure(one.place, why)
        else:  # through a parent that others may share, it need not be a fault
            yield Found(
                one.place,
                f"{one.shown} makes a {one.model.name} whose {owner.column} is not the caller's: "
                f"the request says it{where(wrong[-1], one)}",
                f"take it from the token: {one.model.name}(…, {owner.column}=current_user.id), "
                "and leave it out of the request's schema",
                level=None if owner.direct else "warning",
                cause=f"{one.model.name} made at {wrong[-1].file}:{wrong[-1].line}",
            )
