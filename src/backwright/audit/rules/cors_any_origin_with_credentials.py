"""Every site may use the API with the user's cookies.

Why: `allow_origins=["*"]` with `allow_credentials=True` makes the middleware answer each origin with
that very origin and `Access-Control-Allow-Credentials: true`. Any page that a signed-in user opens can
read and change their data where something signs them in that browsers send along by themselves: basic
authentication, or a cookie that is for other sites, too (`samesite="none"`). There it is an error;
where tokens travel in a header alone it is a warning, since the first such cookie makes it one.

Bad:

    from fastapi import Depends, FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    from fastapi.security import HTTPBasic
    app = FastAPI(dependencies=[Depends(HTTPBasic())])
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)

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
from backwright.audit.sources import keyword, last_name
from backwright.audit.subject import Subject

_BY_BROWSERS = frozenset({"HTTPBasic", "HTTPDigest"})
_SAME_SITE = frozenset({"samesite", "same_site", "cookie_samesite"})


def _without_cookies(one: Middleware) -> Fix | None:
    """Return what leaves cookies out; a frontend that sends them then gets no answer."""
    given = keyword(one.call, "allow_credentials")
    if not isinstance(given, ast.Constant):
        return None
    return Fix((replaced(one.source, given, "False"),), safe=False)


def _sent_along(subject: Subject) -> str:
    """Return what signs users in and is sent by their browsers to whatever site asks for it."""
    for source in subject.program:
        for call in source.nodes(ast.Call):
            if last_name(call.func) in _BY_BROWSERS:
                return "basic authentication"
            for given in (one for one in call.keywords if one.arg in _SAME_SITE):
                said = subject.constant(source, given.value)
                if isinstance(said, str) and said.lower() == "none":
                    return "a cookie that is for other sites, too"
    return ""


@rule(item=7, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each CORS middleware."""
    for one in middlewares(subject):
        if one.credentials and one.any_origin:
            unless = "; so it is unless a setting says otherwise" if one.by_default else ""
            by = _sent_along(subject)
            harm = (
                f"any site can act for whom {by} signs in"
                if by
                else "any site could act for users as soon as a cookie for other sites signs them in"
            )
            yield Found(
                one.place,
                f"every origin is allowed ({one.any_origin}), with credentials: {harm}{unless}",
                "name the origins in the settings:\nallow_origins=settings.cors_origins, or leave "
                "allow_credentials out where tokens travel in a header",
                level=None if by and not one.by_default else "warning",
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
