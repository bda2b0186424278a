"""A second row of a unique value is answered with 500.

Why: the column is unique, and nothing looks whether the value is taken, nor is the error of the database
caught: whoever registers twice sees a broken server.

Bad:

    # with users and notes
    class Tag(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str = Field(unique=True)
    class TagIn(SQLModel):
        name: str
    @app.post("/tags")
    def make(data: TagIn, db: Annotated[Session, Depends(session)]) -> None:
        db.add(Tag(name=data.name))
        db.commit()

Good:

    # with users and notes
    from sqlalchemy.exc import IntegrityError
    class Tag(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str = Field(unique=True)
    class TagIn(SQLModel):
        name: str
    @app.post("/tags")
    def make(data: TagIn, db: Annotated[Session, Depends(session)]) -> None:
        db.add(Tag(name=data.name))
        try:
            db.commit()
        except IntegrityError:
            db.rollback()
            raise HTTPException(409)

Leave it: where the application answers errors of the database itself, in a handler of exceptions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import shown, writes
from backwright.audit.rule import Found, Judged, Looked, Unsure, at, rule
from backwright.audit.sources import FunctionNode, Source
from backwright.audit.subject import Handler, Subject
from backwright.project.types import Model

_CAUGHT = re.compile(
    r"IntegrityError|UniqueViolation|SQLAlchemyError|DBAPIError|except Exception|on_conflict"
)
_RANDOM = re.compile(r"(?i)token|key|uuid|secret|hash|jti|nonce")
_DEEPEST = 3


@rule(item=3, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the endpoints that make rows with a unique column."""
    if any(re.search(r"exception_handler\(\s*[\w.]*(Integrity|SQLAlchemy|Exception\))", one.text)
           for one in subject.program):  # fmt: skip
        return
    for handler in subject.handlers:
        if not writes(handler):
            continue
        code = _code(subject, handler.source, handler.node, 0)
        for model, column in _made(subject, handler, code):
            text = "\n".join(ast.unparse(one) for _, one in code)
            place = at(handler.source, handler.node)
            if _CAUGHT.search(text):
                yield Looked(place)
            elif re.search(
                rf"\b{model.name}\.{column}\b|\b{column}=.*first|by_{column}\b|exists", text
            ):
                yield Unsure(
                    place,
                    f"{shown(handler)} looks whether {model.name}.{column} is taken; of two at once, one "
                    "is answered with 500",
                )
            else:
                yield Found(
                    place,
                    f"{shown(handler)} answers 500 where {model.name}.{column} is taken already",
                    "catch it:\nexcept IntegrityError:\n    session.rollback()\n    raise HTTPException(409, …)",
                )
            break


def _code(
    subject: Subject, source: Source, node: FunctionNode, depth: int
) -> list[tuple[Source, FunctionNode]]:
    """Return a handler and the functions that it calls."""
    found = [(source, node)]
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and depth < _DEEPEST:
            called = subject.names.definition(source, one.func)
            new = all(called.node is not it for _, it in found)
            if isinstance(called.node, FunctionNode) and called.source is not None and new:
                found += _code(subject, called.source, called.node, depth + 1)
    return found


def _made(
    subject: Subject, handler: Handler, code: list[tuple[Source, FunctionNode]]
) -> Iterator[tuple[Model, str]]:
    """Yield the models with a unique column that some code makes rows of from the request."""
    for source, node in code:
        for one in ast.walk(node):
            if not isinstance(one, ast.Call):
                continue
            model = subject.model_of(subject.names.meaning(source, one.func))
            unique = [
                it.name
                for it in (model.columns if model is not None else ())
                if it.unique and not it.primary_key and not _RANDOM.search(it.name)
            ]
            spread = any(it.arg is None for it in one.keywords)
            given = {it.arg for it in one.keywords}
            names = [name for name in unique if spread or name in given]
            if model is not None and names and any(it.method == "POST" for it in handler.endpoints):
                yield model, names[0]
