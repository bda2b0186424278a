"""Every site may use the API with the user's cookies.

Why: `allow_origins=["*"]` with `allow_credentials=True` makes the middleware answer each origin with
that very origin and `Access-Control-Allow-Credentials: true`. Any page that a signed-in user opens can
read and change their data where cookies or basic authentication sign them in.

Bad:

    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)

Bad:

    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    ORIGINS = ["*"]
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=ORIGINS, allow_credentials=True)

Good:

    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)

Good:

    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"])

Leave it: never; without cookies leave `allow_credentials` out, and the wildcard does no harm.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.cross_origin import Middleware, middlewares
from backwright.audit.fixes.repair import Fix, replaced
from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.sources import keyword
from backwright.audit.subject import Subject


def _without_cookies(one: Middleware) -> Fix | None:
    """Return what leaves cookies out; a frontend that sends them then gets no answer."""
    given = keyword(one.call, "allow_credentials")
    if not isinstance(given, ast.Constant):
        return None
    return Fix((replaced(one.source, given, "False"),), safe=False)


@rule(item=7, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each CORS middleware."""
    for one in middlewares(subject):
        if one.credentials and one.any_origin:
            unless = "; so it is unless a setting says otherwise" if one.by_default else ""
            yield Found(
                one.place,
                f"every origin is allowed ({one.any_origin}), with credentials: any site can act for "
                f"a signed-in user{unless}",
                "name the origins in the settings:\nallow_origins=settings.cors_origins, or leave "
                "allow_credentials out where tokens travel in a header",
                level="warning" if one.by_default else None,
                fix=_without_cookies(one),
            )
        elif "null" in one.literal:
            yield Found(
                one.place,
                "the origin `null` is allowed: every sandboxed frame and local file has it",
                'leave "null" out; serve local pages from http://localhost while developing',
            )
        elif not one.origins_known:
            yield Unsure(one.place, "which origins are allowed is not known from the source")
        else:
            yield Looked(one.place)
