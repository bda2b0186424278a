"""A partial update may put `null` into a column that takes none.

Why: a field that may be left out is declared `… | None = None`, so that a client may also send `null`;
`exclude_unset` keeps it, the database refuses it, and the answer is 500.

Bad:

    # with users and notes
    class NoteChange(SQLModel):
        title: str | None = None
    @app.patch("/notes/{note_id}")
    def change(note_id: int, data: NoteChange, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one()
        for name, value in data.model_dump(exclude_unset=True).items():
            setattr(note, name, value)
        db.commit()

Good:

    # with users and notes
    class NoteChange(SQLModel):
        title: str | None = None
    @app.patch("/notes/{note_id}")
    def change(note_id: int, data: NoteChange, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one()
        for name, value in data.model_dump(exclude_unset=True, exclude_none=True).items():
            setattr(note, name, value)
        db.commit()

Leave it: where a validator of the schema refuses `null`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import Input, inputs_of, shown
from backwright.audit.isolation import isolation_of
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.subject import Handler, Subject
from backwright.project.types import Model

_DUMPS = re.compile(r"\.(model_dump|dict)\(\s*exclude_unset=True\s*\)")
_SETS = re.compile(r"setattr\(|sqlmodel_update\(|\.update\(|values\(")
_OPTIONAL = re.compile(r"\bNone\b|\bOptional\[")


@rule(item=3, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the endpoints that set what the body has."""
    models = {
        (one.endpoint.file, one.endpoint.line): one.model
        for one in isolation_of(subject).accesses
        if any(it.kind == "change" and it.about for it in one.touches)
    }
    for handler in subject.handlers:
        model = models.get((handler.source.file, handler.node.lineno))
        text = ast.unparse(handler.node)
        if model is None or not _DUMPS.search(text) or not _SETS.search(text):
            continue
        name = next(
            (it for one in inputs_of(subject, handler) for it in _nullable(subject, one, model)), ""
        )
        if not name:
            yield Looked(at(handler.source, handler.node))
            continue
        yield _found(handler, model, name)


def _found(handler: Handler, model: Model, name: str) -> Found:
    return Found(
        at(handler.source, handler.node),
        f"{shown(handler)} puts null into {model.name}.{name} where the body says so, and the "
        "database refuses it",
        "leave null out: model_dump(exclude_unset=True, exclude_none=True), or refuse it in the schema",
    )


def _nullable(subject: Subject, one: Input, model: Model) -> Iterator[str]:
    """Yield the fields of a body that may be null while their column may not."""
    cls, source = one.kind.node, one.kind.source
    if not isinstance(cls, ast.ClassDef) or source is None or "validator" in ast.unparse(cls):
        return
    needed = {it.name for it in model.columns if not it.nullable and not it.primary_key}
    for field in subject.names.fields(source, cls):
        name = ast.unparse(field.target)
        if name in needed and _OPTIONAL.search(ast.unparse(field.annotation)):
            yield name
