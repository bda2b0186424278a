"""Whose row it is, is asked after it was written.

Why: the refusal comes too late: the change is committed (or the row deleted) before the owner is
compared with the caller.

Bad:

    # with users and notes
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        note = db.get(Note, note_id)
        db.delete(note)
        db.commit()
        if note.owner_id != user.id:
            raise HTTPException(404)

Good:

    # with users and notes
    @app.delete("/notes/{note_id}")
    def delete_note(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
        note = db.get(Note, note_id)
        if note.owner_id != user.id:
            raise HTTPException(404)
        db.delete(note)
        db.commit()

Leave it: where a rollback follows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import last_name, own_nodes
from backwright.audit.subject import Subject


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for a commit before the comparison with the owner."""
    owners = {one.owner.column for one in subject.project.models if one.owner is not None}
    if not owners:
        return
    compares = re.compile(rf"\.({'|'.join(sorted(map(re.escape, owners)))}) (!=|==|is not)")
    for source in subject.program:
        for function in source.functions:
            nodes = list(own_nodes(function))
            commits = [
                one.lineno
                for one in nodes
                if isinstance(one, ast.Call) and last_name(one.func) == "commit"
            ]
            if not commits or any(
                isinstance(one, ast.Call) and last_name(one.func) == "rollback" for one in nodes
            ):
                continue
            for one in nodes:
                if not _refuses(one) or not compares.search(ast.unparse(one.test)):
                    continue
                inside = any(one.lineno < line <= (one.end_lineno or 0) for line in commits)
                if inside or min(commits) < one.lineno:
                    yield Found(
                        at(source, one),
                        "the owner is compared here, but the change is committed all the same",
                        "ask first, write then; better still, put the owner into the query",
                    )


def _refuses(one: ast.AST) -> TypeGuard[ast.If]:
    """Tell whether a branch ends in an error."""
    return isinstance(one, ast.If) and any(isinstance(it, ast.Raise) for it in one.body)
