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

Leave it: where everybody is meant to edit everything (a wiki), or the caller's privilege is checked
in a way that reading does not see; say so with an ignore comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from backwright.audit.fixes.owner_filter import owner_filter
from backwright.audit.isolation import (
    Access,
    by_privilege,
    isolation_of,
    of_administrators,
    owner_remedy,
    where,
)
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.subject import Subject


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each endpoint that changes owned rows."""
    for one in isolation_of(subject).accesses:
        changes = [it for it in one.touches if it.kind == "change" and it.about]
        if one.endpoint.auth == "none":
            continue
        beside = [
            it
            for it in one.touches
            if it.kind == "change" and it.callers is not True and not it.about
        ]
        if beside and not of_administrators(one.endpoint):
            why = f"{one.shown} changes {one.model.name} rows beside what it is about, perhaps of others"
            yield Unsure(one.place, why)
        if not changes:
            continue
        unsure = {(it.file, it.line) for it in changes if it.callers is None}
        open_ones = [
            it for it in changes if it.callers is False and (it.file, it.line) not in unsure
        ]
        if of_administrators(one.endpoint):
            yield Looked(one.place)
        elif one.endpoint.owner_scoped is False and open_ones:
            yield from _judged(subject, one)
        elif unsure or one.endpoint.owner_scoped is not True:
            yield Unsure(one.place, f"whose {one.model.name} {one.shown} changes is not settled")
        else:
            yield Looked(one.place)


def _judged(subject: Subject, one: Access) -> Iterator[Judged]:
    if by_privilege(subject, one.endpoint):
        why = f"{one.shown} asks for a role or permission; who has it, reading does not tell"
        yield Unsure(one.place, why)
        return
    touch = [it for it in one.touches if it.kind == "change" and it.callers is False][-1]
    action = "deletes" if one.endpoint.method == "DELETE" else "changes"
    yield Found(
        one.place,
        f"{one.shown} {action} any {one.model.name}, whoever owns it: "
        f"the row is never compared with the caller{where(touch, one)}",
        owner_remedy(one.model),
        cause=f"{one.model.name} changed at {touch.file}:{touch.line}",
        fix=owner_filter(subject, one, touch),
    )
