"""No test tries the rows of another user.

Why: with one user every query finds the right rows, also those that forgot the owner. Isolation is
tested only where a second user asks for what the first one made.

Bad:

    # with users and notes
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        return db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one()
    # tests/test_notes.py
    def test_read(client) -> None:
        assert client.get("/notes/1").status_code == 200

Good:

    # with users and notes
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        return db.exec(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one()
    # tests/test_notes.py
    def test_another_users_note_is_not_found(client, other_user) -> None:
        assert client.get("/notes/1", headers=other_user).status_code == 404

Leave it: where isolation is tested elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, rule
from backwright.audit.subject import Subject
from backwright.values import Place

_SECOND = re.compile(
    r"(?i)other|another|second|different_?user|someone|foreign|stranger|intruder|attacker|not_?own"
    r"|wrong_?user|user_?(2|b|two)\b|\bbob\b|\balice\b|not_?enough|forbidden|\b403\b|isolat|unauthori[sz]ed_?user"
)


@rule(item=8, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for a second user in the tests of a project whose rows have owners."""
    owned = [one for one in subject.project.models if one.owner is not None]
    guarded = [one for one in subject.project.endpoints if one.owner_scoped is not None]
    if not owned or not guarded or not subject.tests:
        return
    if not any(_SECOND.search(one.text) for one in subject.tests):
        first = guarded[0]
        yield Found(
            Place(first.file, first.line),
            f"no test asks for rows of another user ({', '.join(one.name for one in owned[:3])} have owners)",
            "make a second user, and expect 404 for what the first one made; "
            "backwright probe --write-tests writes such tests",
        )
