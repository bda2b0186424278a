"""Endpoints that a CRUD library makes reach rows of other users.

Why: `crud_router(…)` of FastCRUD and the routers of fastapi-crudrouter find rows by their primary key alone.
Dependencies can refuse who is not signed in, but they do not choose the rows: with the ids of others, every
signed-in user reads, changes and deletes what belongs to them.

Bad:

    # with users and notes
    from fastcrud import crud_router
    class NoteIn(SQLModel):
        title: str
    @app.get("/my-notes")
    def my_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
        return db.exec(select(Note).where(Note.owner_id == user.id)).all()
    app.include_router(
        crud_router(
            session=session, model=Note, create_schema=NoteIn, update_schema=NoteIn, path="/notes",
            update_deps=[current_user], delete_deps=[current_user],
        )
    )

Good:

    # with users and notes
    from fastcrud import FastCRUD
    notes = FastCRUD(Note)
    @app.delete("/notes/{note_id}")
    async def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        await notes.delete(db, id=note_id, owner_id=user.id)

Good:

    # with users and notes
    from fastcrud import crud_router
    class Country(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
    class CountryIn(SQLModel):
        name: str
    app.include_router(
        crud_router(
            session=session, model=Country, create_schema=CountryIn, update_schema=CountryIn, path="/countries",
            update_deps=[current_user],
        )
    )

Leave it: for rows that everybody may edit, though a column says who made them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.isolation import READING, by_privilege, isolation_of, of_administrators
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.sources import argument
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint, Model
from backwright.values import Place

_LIBRARIES = frozenset({"fastcrud", "fastapi_crudrouter"})
_MODEL_AT = 1


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the endpoints whose handlers are a library's, and whose rows belong to users."""
    for one in subject.project.endpoints:
        if one.handler.partition(".")[0] not in _LIBRARIES or one.auth == "none":
            continue
        model = _model(subject, one)
        if model is None or model.owner is None:
            continue
        place = Place(one.file, one.line)
        if of_administrators(subject, one):
            yield Looked(place)
        elif by_privilege(subject, one) or one.method == "POST":
            yield Unsure(place, f"for whom {one.method} {one.path} is meant, reading does not tell")
        else:
            yield _judged(subject, one, model)


def _judged(subject: Subject, one: Endpoint, model: Model) -> Judged:
    """Judge an endpoint that finds rows by their key: as those of the project's own are."""
    place, isolation = Place(one.file, one.line), isolation_of(subject)
    reads = one.method in READING
    shown = isolation.shown.get(model.name)
    if reads and (model.name not in isolation.private or (shown is not None and shown.is_public)):
        why = f"{one.method} {one.path} shows every {model.name} to every signed-in user"
        return Unsure(place, why + "; if that is meant, only the team knows")
    action = "shows" if reads else "deletes" if one.method == "DELETE" else "changes"
    return Found(
        place,
        f"{one.method} {one.path} {action} any {model.name}, whoever owns it: "
        f"{one.handler.partition('.')[0]} finds it by its key alone",
        "leave the method out of what is generated, and write it with the owner in the query",
        level=None if isolation.keeps(model) else "warning",
        cause=f"{model.name} by generated endpoints",
    )


def _model(subject: Subject, one: Endpoint) -> Model | None:
    """Return the model that the call which makes an endpoint is given."""
    source = subject.all.get(one.file)
    for call in source.nodes(ast.Call) if source is not None else ():
        if source is not None and call.lineno == one.line:
            given = argument(call, _MODEL_AT, "model", "db_model")
            model = subject.model_of(subject.names.meaning(source, given))
            if model is not None:
                return model
    return None
