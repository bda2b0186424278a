"""One of several endpoints that only administrators may call is open to every user.

Why: what the others keep to administrators is changed through this one by anybody with an account.

Bad:

    # with users and notes
    def administrator(user: Annotated[User, Depends(current_user)]) -> User:
        if user.email != "root@example.org":
            raise HTTPException(403)
        return user
    class Product(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
    @app.post("/products")
    def make(name: str, _: Annotated[User, Depends(administrator)]) -> None: ...
    @app.put("/products/{product_id}")
    def change(product_id: int, _: Annotated[User, Depends(administrator)]) -> None: ...
    @app.delete("/products/{product_id}")
    def remove(product_id: int, _: Annotated[User, Depends(current_user)]) -> None: ...

Good:

    # with users and notes
    def administrator(user: Annotated[User, Depends(current_user)]) -> User:
        if user.email != "root@example.org":
            raise HTTPException(403)
        return user
    class Product(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
    @app.post("/products")
    def make(name: str, _: Annotated[User, Depends(administrator)]) -> None: ...
    @app.put("/products/{product_id}")
    def change(product_id: int, _: Annotated[User, Depends(administrator)]) -> None: ...
    @app.delete("/products/{product_id}")
    def remove(product_id: int, _: Annotated[User, Depends(administrator)]) -> None: ...

Leave it: where everybody may add what only administrators change; nothing is said of rows that belong
to users, nor of whoever makes an account.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from backwright.audit.isolation import (
    asks_in_code,
    by_privilege,
    isolation_of,
    of_administrators,
    shape,
)
from backwright.audit.refusing import asks_privilege
from backwright.audit.rule import Found, Judged, Looked, rule
from backwright.audit.say import has_say
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint
from backwright.values import Place

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LEAST = 2
_PEOPLE = re.compile(
    r"(?i)/(users?|accounts?|customers?|members?|people|persons?|regist\w*|sign_?-?up)/?$"
)


@rule(item=5, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Compare the endpoints that write under one path."""
    owned = {(one.endpoint.file, one.endpoint.line) for one in isolation_of(subject).accesses}
    groups: dict[tuple[str, str], list[Endpoint]] = defaultdict(list)
    for one in subject.project.endpoints:
        parts = re.fullmatch(r"(.*/[^/{}]+?)(/{[^/{}]+})?/?", one.path)
        if one.method in _WRITES and parts is not None:
            groups[one.app, parts[1]].append(one)
    for group in groups.values():
        ways = {(one.file, one.line): one for one in group}
        kept = {way for way, one in ways.items() if _is_kept(subject, one)}
        for way, one in ways.items():
            others = [other for other in ways if other != way]
            if way in kept or len(others) < _LEAST or set(others) - kept or way in owned:
                continue
            joins = one.method == "POST" and (
                _PEOPLE.search(one.path) is not None
                or not all(of_administrators(subject, ways[other]) for other in others)
            )
            own = one.method != "POST" and "{" not in one.path and one.auth == "required"
            if (
                joins
                or own
                or one.auth == "optional"
                or has_say(subject, one)
                or _asks(subject, one)
            ):
                yield Looked(Place(*way))
                continue
            who = "every signed-in user" if one.auth == "required" else "anybody"
            yield Found(
                Place(*way),
                f"{who} may call {one.method} {one.path}, while the others that write there ask for "
                "a privilege",
                "ask for it here, too: the dependency that the others have",
                level="error" if _beside(one, [ways[other] for other in others]) else None,
            )


def _beside(one: Endpoint, others: list[Endpoint]) -> bool:
    """Tell whether the same row cannot be changed in another way without a privilege."""
    return one.method != "POST" and any(shape(it.path) == shape(one.path) for it in others)


def _is_kept(subject: Subject, one: Endpoint) -> bool:
    """Tell whether an endpoint asks for a privilege: by the name of a guard, or in it."""
    if of_administrators(subject, one) or by_privilege(subject, one):
        return True
    return one.auth == "required" and _asks(subject, one)


def _asks(subject: Subject, one: Endpoint) -> bool:
    return asks_in_code(subject, one) or asks_privilege(subject, one)
