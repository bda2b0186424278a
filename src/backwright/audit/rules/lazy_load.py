"""A relationship is loaded row by row.

Why: where a list was read without the relationship, each row asks the database for it when it is used, or
when the answer is made: one query more for each row. With an asynchronous session it is an error
(`MissingGreenlet`), and the client gets 500.

Bad:

    from typing import Annotated
    from fastapi import Depends, FastAPI
    from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select
    app = FastAPI()
    engine = create_engine("sqlite://")
    class Team(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
        heroes: list["Hero"] = Relationship(back_populates="team")
    class Hero(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        team_id: int = Field(foreign_key="team.id", index=True)
        team: Team = Relationship(back_populates="heroes")
    def session():
        with Session(engine) as opened:
            yield opened
    @app.get("/heroes")
    def heroes(db: Annotated[Session, Depends(session)]) -> list[str]:
        found = db.exec(select(Hero).limit(50)).all()
        return [hero.team.name for hero in found]

Good:

    from typing import Annotated
    from fastapi import Depends, FastAPI
    from sqlalchemy.orm import selectinload
    from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select
    app = FastAPI()
    engine = create_engine("sqlite://")
    class Team(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
        heroes: list["Hero"] = Relationship(back_populates="team")
    class Hero(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        team_id: int = Field(foreign_key="team.id", index=True)
        team: Team = Relationship(back_populates="heroes")
    def session():
        with Session(engine) as opened:
            yield opened
    @app.get("/heroes")
    def heroes(db: Annotated[Session, Depends(session)]) -> list[str]:
        found = db.exec(select(Hero).options(selectinload(Hero.team)).limit(50)).all()
        return [hero.team.name for hero in found]

Leave it: where the rows are two or three, and the related ones mostly the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.query_types import rows_of
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import FunctionNode, Source, assigned, keyword, own_nodes
from backwright.audit.subject import Handler, Subject
from backwright.project.types import Model

_EAGER = re.compile(r"options\(|joinedload|selectinload|contains_eager|subqueryload|lazy=")


@rule(item=None, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what is used of rows in loops, and what endpoints answer with of lists."""
    for source in subject.program:
        for function in source.functions:
            yield from _in_loops(subject, source, function)
    for handler in subject.handlers:
        yield from _in_answers(subject, handler)


def _in_loops(subject: Subject, source: Source, function: FunctionNode) -> Iterator[Judged]:
    for one in own_nodes(function):
        loops = [one] if isinstance(one, ast.For | ast.AsyncFor) else getattr(one, "generators", [])
        for loop in loops:
            if not isinstance(loop.target, ast.Name):
                continue
            model = _model_of_list(subject, source, function, loop.iter)
            used = _used(one, loop.target.id, model) if model is not None else None
            if model is not None and used is not None:
                yield Found(
                    at(source, used),
                    f"{ast.unparse(used)} asks the database once for each row of {model.name}",
                    f"load it with the list: .options(selectinload({model.name}.{used.attr}))",
                )


def _model_of_list(
    subject: Subject, source: Source, function: FunctionNode, node: ast.expr
) -> Model | None:
    """Return the model of a list of rows that was read without any relationship."""
    if isinstance(node, ast.Name):
        given = assigned(function, node.id)
        if not given or len(given) != 1 or given[0] is None:
            return None
        node = given[0]
    call = node.value if isinstance(node, ast.Await) else node
    rows = rows_of(subject, source, call, awaited=False) if isinstance(call, ast.Call) else None
    if rows is None or rows[1] not in {"list", "sequence"} or _EAGER.search(_whole(function, call)):
        return None
    return subject.model_of(subject.names.meaning(source, rows[0]))


def _whole(function: FunctionNode, call: ast.AST) -> str:
    """Return a query as text, with what the names in it are bound to."""
    held = [
        value
        for one in ast.walk(call)
        if isinstance(one, ast.Name)
        for value in assigned(function, one.id) or ()
        if value is not None
    ]
    return " ".join(ast.unparse(one) for one in (call, *held))


def _used(loop: ast.AST, name: str, model: Model) -> ast.Attribute | None:
    """Return where a relationship of the loop's rows is used that is loaded when it is."""
    lazy = {one.name for one in model.relationships}
    for one in ast.walk(loop):
        if not isinstance(one, ast.Attribute) or one.attr not in lazy:
            continue
        if isinstance(one.value, ast.Name) and one.value.id == name:
            return one
    return None


def _in_answers(subject: Subject, handler: Handler) -> Iterator[Judged]:
    """Judge an endpoint that answers with a list of rows, in a schema that has a relationship."""
    calls = [one for one in handler.node.decorator_list if isinstance(one, ast.Call)]
    given = [keyword(one, "response_model") for one in calls]
    shown = next((one for one in given if one is not None), handler.node.returns)
    if not isinstance(shown, ast.Subscript):
        return
    returned = [
        one.value for one in own_nodes(handler.node) if isinstance(one, ast.Return) and one.value
    ]
    if len(returned) != 1:
        return
    model = _model_of_list(subject, handler.source, handler.node, returned[0])
    schema = subject.names.meaning(handler.source, shown.slice)
    if model is None or not isinstance(schema.node, ast.ClassDef) or schema.source is None:
        return
    if _is_eager(subject, model):
        return
    fields = {ast.unparse(one.target) for one in subject.names.fields(schema.source, schema.node)}
    for one in model.relationships:
        if one.name in fields:
            yield Found(
                at(handler.source, handler.node),
                f"the answer has {one.name}, which is asked of the database once for each {model.name}",
                f"load it with the list: .options(selectinload({model.name}.{one.name}))",
            )
            return


def _is_eager(subject: Subject, model: Model) -> bool:
    """Tell whether a model says itself that its relationships are loaded with it."""
    source = subject.all.get(model.file)
    cls = (
        next((it for it in source.nodes(ast.ClassDef) if it.lineno == model.line), None)
        if source
        else None
    )
    return cls is not None and "lazy" in ast.unparse(cls)
