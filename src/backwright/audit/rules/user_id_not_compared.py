"""A user's id in the path is not compared with the caller.

Why: `/users/{user_id}/orders` gives the orders of whatever user the path names. The other endpoints
under that path ask whether that is the caller; this one only asks that somebody is signed in.

Bad:

    # with users and notes
    def myself(user_id: int, user: Annotated[User, Depends(current_user)]) -> int:
        if user_id != user.id:
            raise HTTPException(403)
        return user_id
    @app.get("/users/{user_id}/notes")
    def notes(user_id: Annotated[int, Depends(myself)]) -> list[int]:
        return [user_id]
    @app.get("/users/{user_id}/tags")
    def tags(user_id: int, user: Annotated[User, Depends(current_user)]) -> list[int]:
        return [user_id]

Good:

    # with users and notes
    def myself(user_id: int, user: Annotated[User, Depends(current_user)]) -> int:
        if user_id != user.id:
            raise HTTPException(403)
        return user_id
    @app.get("/users/{user_id}/notes")
    def notes(user_id: Annotated[int, Depends(myself)]) -> list[int]:
        return [user_id]
    @app.get("/users/{user_id}/tags")
    def tags(user_id: int, user: Annotated[User, Depends(current_user)]) -> list[int]:
        if user_id != user.id:
            raise HTTPException(403)
        return [user_id]

Leave it: where this one thing of other users is public.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from backwright.audit.asked import is_privileged
from backwright.audit.identity import callers, mentions, told
from backwright.audit.inputs import shown
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.say import weighed_with_caller
from backwright.audit.sources import FunctionNode, Source
from backwright.audit.subject import Handler, Subject

_PATH = re.compile(
    r"^(.*/(?:users?|accounts?|members?|customers?)/{(\w*(?:user|account|member|customer|owner)\w*id|id)})/"
)


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Compare the endpoints under the path of one user."""
    groups: dict[tuple[str, str], list[tuple[Handler, str]]] = defaultdict(list)
    for handler in subject.handlers:
        one = handler.endpoints[0]
        found = _PATH.search(f"{one.path}/")
        if found is not None and one.auth != "optional":
            groups[one.app, found[1]].append((handler, found[2]))
    for group in groups.values():
        compared = [_is_compared(subject, handler, name) for handler, name in group]
        asking = [handler for (handler, _), asks in zip(group, compared, strict=True) if asks]
        for (handler, name), asks in zip(group, compared, strict=True):
            place = at(handler.source, handler.node)
            others = [one for one in asking if _reads(one) or not _reads(handler)]
            if (
                asks
                or not others
                or name in weighed_with_caller(subject, handler.endpoints[0])
                or is_privileged(subject, handler.endpoints[0])
            ):
                yield Looked(place)
                continue
            yield Found(
                place,
                f"{shown(handler)} takes {name} from the path, and does not ask whether that is the caller",
                f"compare it, as the other endpoints under that path do, or take {name} from the token",
                level="warning" if _reads(handler) else None,
            )


def _reads(handler: Handler) -> bool:
    return all(one.method == "GET" for one in handler.endpoints)


def _is_compared(subject: Subject, handler: Handler, name: str) -> bool:
    """Tell whether a handler, what it depends on, or what it calls, compares an id with the caller.

    A handler that refuses somebody by anything of the caller may ask for the row's owner, or a role.
    """
    known = set(callers(subject, handler.source, handler.node))
    if _compares(handler.node, name, known) or _refuses(handler.node, known):
        return True
    for one in told(subject, handler.source, handler.node):
        if one.function is not None and one.source is not None:
            theirs = set(callers(subject, one.source, one.function))
            if _compares(one.function, name, theirs):
                return True
    return any(
        _compares(function, parameter, theirs)
        for function, parameter, theirs in _called(
            subject, handler.source, handler.node, name, known
        )
    )


def _refuses(function: FunctionNode, known: set[str]) -> bool:
    return any(
        isinstance(one, ast.If | ast.IfExp | ast.Assert) and mentions(one.test, known)
        for one in ast.walk(function)
    )


def _compares(function: FunctionNode, name: str, known: set[str]) -> bool:
    return any(
        isinstance(one, ast.Compare) and mentions(one, {name}) and mentions(one, known)
        for one in ast.walk(function)
    )


def _called(
    subject: Subject, source: Source, node: FunctionNode, name: str, known: set[str]
) -> Iterator[tuple[FunctionNode, str, set[str]]]:
    """Yield the functions that are given both, each with what it calls the id and the caller."""
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        found = subject.names.definition(source, call.func).node
        if not isinstance(found, FunctionNode):
            continue
        places = [one.arg for one in (*found.args.posonlyargs, *found.args.args)]
        given = [*zip(places, call.args, strict=False)]
        given += [(one.arg, one.value) for one in call.keywords if one.arg]
        theirs = {parameter for parameter, value in given if mentions(value, known)}
        for parameter, value in given:
            if isinstance(value, ast.Name) and value.id == name and theirs:
                yield found, parameter, theirs
