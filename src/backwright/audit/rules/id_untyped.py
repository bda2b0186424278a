"""An id in the path is any text, while the table's is a number or a UUID.

Why: what is no id reaches the database, which refuses it: clients get 500 instead of 422.

Bad:

    from fastapi import FastAPI
    from sqlmodel import Field, SQLModel
    app = FastAPI()
    class Item(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
    @app.get("/items/{item_id}")
    def read(item_id: str) -> str:
        return item_id

Good:

    from fastapi import FastAPI
    from sqlmodel import Field, SQLModel
    app = FastAPI()
    class Item(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
    @app.get("/items/{item_id}")
    def read(item_id: int) -> int:
        return item_id

Leave it: where the id is another one (a slug, an id of an outside system).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.repair import Fix, needs, replaced
from backwright.audit.inputs import inputs_of, shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import Source
from backwright.audit.subject import Subject

_QUEUE = re.compile(r"(?i)celery|\barq\b|\brq\b|dramatiq|taskiq|queue")
_JOBS = frozenset({"Task", "Job"})
_TYPED = re.compile(r"(?i)^(int|uuid(\.uuid)?|(big)?integer)\b")


def _typed(source: Source, one: ast.arg, kind: str) -> Fix | None:
    """Return what types the id; what was 404 for a wrong one becomes 422."""
    found = one.annotation
    while isinstance(found, ast.Subscript) and isinstance(found.slice, ast.Tuple):
        found = found.slice.elts[0]
    if not isinstance(found, ast.Name) or found.id != "str":
        return None
    imported = needs(source.file, [("uuid", kind)]) if kind == "UUID" else ()
    return Fix((replaced(source, found, kind),), imported, safe=False)


@rule(item=4, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Compare the ids of paths with the keys of the tables that they are named after."""
    keys = {}
    for model in subject.project.models:
        own = [one for one in model.columns if one.primary_key]
        if len(own) == 1 and _TYPED.match(own[0].type.removeprefix("Optional[")):
            keys[f"{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', model.name).lower()}_{own[0].name}"] = (
                model,
                own[0],
            )
    for handler in subject.handlers:
        for one in inputs_of(subject, handler):
            found = keys.get(one.name)
            if found is not None and found[0].name in _JOBS and _QUEUE.search(handler.source.text):
                continue  # the id of a job in a queue is a text
            if (
                found is not None
                and one.in_path
                and one.plain == "str"
                and "pattern" not in one.shown
            ):
                kind = "UUID" if "uuid" in found[1].type.lower() else "int"
                yield Found(
                    at(handler.source, one.argument),
                    f"{one.name} of {shown(handler)} is any text; {found[0].name}.{found[1].name} is {kind}",
                    f"{one.name}: {kind}",
                    units=(at(handler.source, handler.node),),
                    fix=_typed(handler.source, one.argument, kind),
                )
