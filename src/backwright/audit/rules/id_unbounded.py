"""An id may be larger than its column.

Why: `9999999999` does not fit into an `integer` of PostgreSQL: the database refuses it, and the client
gets 500. The project bounds such numbers elsewhere, but not here.

Bad:

    from typing import Annotated
    from fastapi import FastAPI, Path
    app = FastAPI()
    Id = Annotated[int, Path(ge=1, lt=2**31)]
    @app.get("/items/{item_id}")
    def item(item_id: Id) -> int:
        return item_id
    @app.delete("/items/{item_id}")
    def remove(item_id: Id) -> int:
        return item_id
    @app.get("/tags/{tag_id}")
    def tag(tag_id: int) -> int:
        return tag_id

Good:

    from typing import Annotated
    from fastapi import FastAPI, Path
    app = FastAPI()
    Id = Annotated[int, Path(ge=1, lt=2**31)]
    @app.get("/items/{item_id}")
    def item(item_id: Id) -> int:
        return item_id
    @app.delete("/items/{item_id}")
    def remove(item_id: Id) -> int:
        return item_id
    @app.get("/tags/{tag_id}")
    def tag(tag_id: Id) -> int:
        return tag_id

Leave it: for columns of 64 bits and more; nothing is said in projects that bound no ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.audit.inputs import inputs_of, shown
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.subject import Subject

_BOUND = re.compile(r"\b(le|lt)=|\bLe\(|\bLt\(|\bInterval\(|conint")
_LEAST = 2


@rule(item=3, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Compare the numbers in paths with each other."""
    found = [
        (handler, one, _BOUND.search(one.shown) is not None)
        for handler in subject.handlers
        for one in inputs_of(subject, handler)
        if one.in_path and (one.plain == "int" or _BOUND.search(one.shown))
    ]
    bounds = sum(bounded for _, _, bounded in found)
    if bounds < max(_LEAST, len(found) - bounds):  # it is no habit
        return
    for handler, one, bounded in found:
        place = at(one.source, one.argument)
        if bounded:
            yield Looked(place)
            continue
        yield Found(
            place,
            f"{one.name} of {shown(handler)} may be larger than its column; other ids are bounded",
            "declare it as the others are",
            units=(at(handler.source, handler.node),),
        )
