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

from backwright.audit.identity import callers, mentions
from backwright.audit.inputs import inputs_of, shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import Source, last_name, own_nodes
from backwright.audit.subject import Subject


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for a commit before the comparison with the owner."""
    owners = {one.owner.column for one in subject.project.models if one.owner is not None}
    if not owners:
        return
    yield from _before_the_caller(subject)
    yield from _for_others(subject)
    compares = re.compile(rf"\.({'|'.join(sorted(map(re.escape, owners)))}) (!=|==|is not)")
    for source in subject.program:
        for function in source.functions:
            nodes = list(own_nodes(function))
            commits = [
                one
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
                inside = any(one.lineno < it.lineno <= (one.end_lineno or 0) for it in commits)
                if inside or any(_runs_before(source, it, one) for it in commits):
                    yield Found(
                        at(source, one),
                        "the owner is compared here, but the change is committed all the same",
                        "ask first, write then; better still, put the owner into the query",
                    )


def _runs_before(source: Source, commit: ast.Call, test: ast.If) -> bool:
    """Tell whether every way to a test comes by a commit: it stands before it in a block around both."""
    if commit.lineno >= test.lineno:
        return False
    around = {one for one in source.above(commit) if not isinstance(one, ast.stmt) or one is test}
    statement = next(one for one in source.above(commit) if isinstance(one, ast.stmt))
    block = source.parents.get(statement)
    return (
        block not in around
        and block in set(source.above(test))
        and not _is_branch(block, statement, test)
    )


def _is_branch(block: ast.AST | None, first: ast.stmt, second: ast.AST) -> bool:
    """Tell whether two statements of a block are on different branches of it."""
    if not isinstance(block, ast.If | ast.Try):
        return False
    held = [getattr(block, name, []) for name in ("body", "orelse", "finalbody")]
    return not any(first in part and any(second in ast.walk(one) for one in part) for part in held)


def _before_the_caller(subject: Subject) -> Iterator[Judged]:
    """Look for handlers that change and commit a row before the caller has a say in it."""
    models = {one.name for one in subject.project.models if one.owner is not None}
    for handler in subject.handlers:
        known = set(callers(subject, handler.source, handler.node))
        given = {one.name for one in inputs_of(subject, handler) if one.in_path}
        if not known or not given or handler.endpoints[0].auth != "required":
            continue
        nodes = list(own_nodes(handler.node))
        written = _written(nodes, models, given, known)
        if written is None:
            continue
        later = any(
            isinstance(one, ast.Call | ast.Compare)
            and one.lineno > written.lineno
            and mentions(one, given)
            and mentions(one, known)
            for one in nodes
        )
        if later:
            yield Found(
                at(handler.source, written),
                f"{shown(handler)} changes the row here, and asks only later whether it is the caller's",
                "ask first, write then; better still, put the owner into the query",
            )


def _written(
    nodes: list[ast.AST], models: set[str], given: set[str], known: set[str]
) -> ast.Call | None:
    """Return the commit of a change to a row that was found by its key, before a caller is named."""
    first = min(
        (one.lineno for one in nodes if isinstance(one, ast.Name) and one.id in known), default=0
    )
    rows = {
        target.id
        for one in nodes
        if isinstance(one, ast.Assign)
        and mentions(one.value, models)
        and mentions(one.value, given)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    changed = [
        one.lineno for one in nodes
        if (isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Attribute)
            and last_name(one.targets[0].value) in rows)
        or (isinstance(one, ast.Call) and last_name(one.func) == "delete" and mentions(one, rows))
    ]  # fmt: skip
    for one in nodes:
        commits = isinstance(one, ast.Call) and last_name(one.func) == "commit"
        if isinstance(one, ast.Call) and commits and one.lineno < first:
            return one if any(line <= one.lineno for line in changed) else None
    return None


def _for_others(subject: Subject) -> Iterator[Judged]:
    """Look for changes that are made just where the row is another's."""
    owners = {one.owner.column for one in subject.project.models if one.owner is not None}
    for handler in subject.handlers:
        known = set(callers(subject, handler.source, handler.node))
        for one in own_nodes(handler.node):
            if not isinstance(one, ast.If) or _refuses(one):
                continue
            rows = {
                last_name(side.value)
                for test in ast.walk(one.test)
                if isinstance(test, ast.Compare)
                and isinstance(test.ops[0], ast.NotEq)
                and mentions(test, known)
                for side in (test.left, test.comparators[0])
                if isinstance(side, ast.Attribute) and side.attr in owners
            }
            changes = [
                it
                for part in one.body
                for it in ast.walk(part)
                if isinstance(it, ast.Call)
                and last_name(it.func) == "delete"
                and mentions(it, rows)
            ]
            if rows and changes:
                yield Found(
                    at(handler.source, changes[0]),
                    f"{shown(handler)} deletes the row where it is not the caller's",
                    "turn the comparison round, or put the owner into the query",
                )


def _refuses(one: ast.AST) -> TypeGuard[ast.If]:
    """Tell whether a branch ends in an error."""
    return isinstance(one, ast.If) and any(isinstance(it, ast.Raise) for it in one.body)
