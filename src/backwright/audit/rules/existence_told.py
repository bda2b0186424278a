"""Other users' rows are refused in another way than rows that are not there.

Why: 403 for what is somebody else's and 404 for what does not exist tells which ids exist, how many rows
there are, and how fast they grow.

Bad:

    # with users and notes
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        note = db.get(Note, note_id)
        if note is None:
            raise HTTPException(404)
        if note.owner_id != user.id:
            raise HTTPException(403)
        return note

Good:

    # with users and notes
    @app.get("/notes/{note_id}")
    def read_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
        note = db.get(Note, note_id)
        if note is None or note.owner_id != user.id:
            raise HTTPException(404)
        return note

Leave it: where everybody may know that the row exists (a public post that only its author edits).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import FunctionNode
from backwright.audit.subject import Subject


@rule(item=5, level="note")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for 403 behind a comparison with the owner, in handlers."""
    owners = {one.owner.column for one in subject.project.models if one.owner is not None}
    if not owners:
        return
    compares = re.compile(rf"\.({'|'.join(sorted(map(re.escape, owners)))})\b")
    for handler in subject.handlers:
        found = _forbidden(handler.node, compares)
        if found is not None:
            yield Found(
                at(handler.source, found),
                "403 tells that the row exists, and is somebody else's",
                "answer 404, as for a row that is not there",
                units=(at(handler.source, handler.node),),
            )


def _forbidden(node: FunctionNode, compares: re.Pattern[str]) -> ast.If | None:
    for one in ast.walk(node):
        if isinstance(one, ast.If) and compares.search(ast.unparse(one.test)):
            raised = [it for it in one.body if isinstance(it, ast.Raise)]
            if raised and re.search(r"403|FORBIDDEN|Forbidden", ast.unparse(raised[0])):
                return one
    return None
