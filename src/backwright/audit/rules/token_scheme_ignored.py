"""The scheme of the `Authorization` header is split off and not looked at.

Why: `Basic …`, or any other word before it, is taken for a token: what a proxy or a browser sends for
another purpose signs somebody in.

Bad:

    from typing import Annotated
    from fastapi import FastAPI, Header
    app = FastAPI()
    def token(authorization: Annotated[str, Header()]) -> str:
        scheme, _, sent = authorization.partition(" ")
        return sent

Good:

    from typing import Annotated
    from fastapi import FastAPI, Header, HTTPException
    app = FastAPI()
    def token(authorization: Annotated[str, Header()]) -> str:
        scheme, _, sent = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise HTTPException(401)
        return sent

Leave it: never; or let HTTPBearer() do it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import own_nodes
from backwright.audit.subject import Subject

_SPLIT = re.compile(r"(?i)authorization\b.*\.(partition|split)\(")


@rule(item=6, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what becomes of the first word of the header."""
    for source in subject.program:
        if "uthorization" not in source.text:
            continue
        for function in source.functions:
            nodes = list(own_nodes(function))
            for one in nodes:
                target = one.targets[0] if isinstance(one, ast.Assign) else None
                if not isinstance(target, ast.Tuple) or not isinstance(one, ast.Assign):
                    continue
                first = target.elts[0]
                if not isinstance(first, ast.Name) or not _SPLIT.search(ast.unparse(one.value)):
                    continue
                read = any(
                    isinstance(it, ast.Name) and it.id == first.id and isinstance(it.ctx, ast.Load)
                    for it in nodes
                )
                if read:
                    yield Looked(at(source, one))
                    continue
                yield Found(
                    at(source, one),
                    f"the scheme of the header ({first.id}) is never looked at: any word before a token will do",
                    f'if {first.id}.lower() != "bearer": raise HTTPException(401, …)',
                )
