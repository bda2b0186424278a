"""What is asked of a limit: words checked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from backwright.errors import UsageError
from backwright.project.types import App, Project
from backwright.spec.fields import nearest

_RATE = re.compile(
    r"\s*(?P<amount>[1-9]\d*)\s*(?:/|per)\s*(?P<number>[1-9]\d*)?\s*"
    r"(?P<unit>second|minute|hour|day|month|year)s?\s*",
    re.IGNORECASE,
)
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "month": 2_592_000,
    "year": 31_104_000,
}
KINDS = ("address", "user", "key")
STORAGES = ("memory", "redis")
# What the house allows: many people may share an address.
USUAL = {"address": "300/minute", "user": "1200/minute", "key": "1200/minute"}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class AskedLimit:
    """The options, checked."""

    rate: str | None
    by: str = "address"
    route: tuple[str, str] | None = None
    redis: bool | None = None
    proxies: tuple[str, ...] = ()

    @property
    def usual_or_said(self) -> str:
        """The rate: what was said, else what is usual for what is counted by."""
        return self.rate or USUAL[self.by]


def read_limit(
    rate: str | None,
    by: str,
    route: tuple[str, str] | None,
    storage: str | None,
    proxies: Sequence[str],
) -> AskedLimit:
    """Return the options, checked.

    Raises:
        UsageError: a word is none of those that are possible.
    """
    if rate is not None:
        parse_rate(rate)
    _one_of("--by", by, KINDS)
    if storage is not None:
        _one_of("--storage", storage, STORAGES)
    if route is not None and not (route[1].startswith("/") and route[0].isalpha()):
        raise UsageError(
            f"--route {route[0]} {route[1]} is no method and path",
            remedy="write --route POST /auth/login",
        )
    if route is not None and rate is None:
        raise UsageError(
            "a limit for one route needs to be said", remedy="such as --limit 5/minute"
        )
    for one in proxies:
        try:
            ipaddress.ip_network(one)
        except ValueError as error:
            raise UsageError(
                f"--trusted-proxy {one} is no address or network: {error}",
                remedy="write an address, or a network such as 10.0.0.0/8",
            ) from error
    said = None if storage is None else storage == "redis"
    where = (route[0].upper(), route[1]) if route else None
    return AskedLimit(
        " ".join(rate.split()) if rate else None, by, where, said, tuple(dict.fromkeys(proxies))
    )


def parse_rate(text: str) -> Rate:
    """Return a rate such as `100/minute` or `10 per 15 minutes`.

    Raises:
        UsageError: it is none.
    """
    found = _RATE.fullmatch(text)
    if found is None:
        raise UsageError(
            f"--limit {text!r} is no limit",
            remedy="write how many in how long: 100/minute, 5/15 minutes, 1000/day",
        )
    seconds = _SECONDS[found["unit"].lower()] * int(found["number"] or 1)
    return Rate(int(found["amount"]), seconds)


def _one_of(option: str, word: str, words: Sequence[str]) -> None:
    if word not in words:
        raise UsageError(
            f"{option} {word} is none of {', '.join(words)}{nearest(word, words)}",
            remedy=f"write {option} {words[0]}, or another of these",
        )


def check_route(project: Project, app: App, route: tuple[str, str] | None) -> None:
    """Refuse a route that an application does not have.

    Raises:
        UsageError: there is none of that method and path.
    """
    if route is None:
        return
    known = [(one.method, one.path) for one in project.endpoints if one.app == app.object]
    if route in known:
        return
    words = [f"{method} {path}" for method, path in known]
    raise UsageError(
        f"{app.object} has no {route[0]} {route[1]}{nearest(' '.join(route), words)}",
        remedy="name one of those that `backwright inspect` lists",
    )
