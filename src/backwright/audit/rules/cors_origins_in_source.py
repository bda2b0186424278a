"""Allowed origins stand in the source.

Why: the frontend's address is another one on each machine and in production. Where it stands in the
code, a deployment changes the code, or goes out with `http://localhost:3000` allowed.

Bad:

    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000", "https://shop.example"])

Good:

    import os
    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=os.environ["CORS_ORIGINS"].split(","))

Leave it: in a demonstration that is never deployed.
"""

from __future__ import annotations

from collections.abc import Iterator

from backwright.audit.cross_origin import middlewares
from backwright.audit.fixes.origins import from_settings
from backwright.audit.rule import Found, Judged, Looked, rule
from backwright.audit.subject import Subject


@rule(item=7, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for literal hosts among the allowed origins."""
    for one in middlewares(subject):
        hosts = [origin for origin in one.literal if "://" in origin]
        if not hosts:
            yield Looked(one.place)
            continue
        more = f" and {len(hosts) - 1} more" if len(hosts) > 1 else ""
        yield Found(
            one.place,
            f"the origin {hosts[0]}{more} is written in the code",
            "read it from the settings:\nallow_origins=settings.cors_origins",
            fix=from_settings(subject, one),
        )
