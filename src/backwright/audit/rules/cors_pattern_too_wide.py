r"""A pattern of allowed origins matches more than it means.

Why: Starlette matches the whole origin against `allow_origin_regex`. A dot that is not escaped stands
for any character, and `.*` before a domain takes every name that ends like it: `.*shop.com` allows
`https://evilshop.com`, `https://.*\.shop\.com.*` allows `https://a.shop.com.evil.example`.

Bad:

    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origin_regex=".*.(shop.com|delivery.com)", allow_credentials=True)

Bad:

    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origin_regex=r"https://.*\.shop\.com.*")

Good:

    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origin_regex=r"https://[a-z0-9-]+\.shop\.com")

Good:

    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origin_regex=r"http://localhost:[0-9]+")

Leave it: never; where every origin is meant, `allow_origins=["*"]` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.audit.cross_origin import middlewares
from backwright.audit.rule import Found, Judged, Looked, rule
from backwright.audit.subject import Subject

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


@rule(item=7, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Try each pattern with the origins of attackers."""
    for one in middlewares(subject):
        if not one.pattern:
            continue
        taken = _taken(one.pattern)
        if taken is None:
            yield Looked(one.place)
            continue
        yield Found(
            one.place,
            f"the pattern {one.pattern!r} allows {taken}",
            "anchor the host and escape its dots:\n"
            'allow_origin_regex=r"https://[a-z0-9-]+\\.example\\.com"',
        )


def _taken(pattern: str) -> str | None:
    """Return an origin of an attacker that the pattern allows."""
    try:
        compiled = re.compile(pattern)
    except re.error:
        return None
    plain = re.sub(r"\.[*+]\??|\[\^?[^\]]{2,}\][*+?]?", " ", pattern)
    hosts = _HOST.findall(plain.replace("\\.", ".").replace("[.]", "."))
    tried = []
    for host in hosts:
        tried += [
            f"https://evil{host}", f"https://evil-{host}", f"https://a.evil{host}",
            f"https://{host}.evil.example", f"https://a.{host}.evil.example", f"https://axx{host}",
        ]  # fmt: skip
        for place in [one.start() for one in re.finditer(r"\.", host)]:
            other = f"{host[:place]}x{host[place + 1 :]}"
            tried += [f"https://{other}", f"https://a.{other}", f"http://{other}"]
    if hosts or not re.search(r"localhost|127", pattern):
        tried.append("https://evil.example")
    return next((one for one in tried if compiled.fullmatch(one)), None)
