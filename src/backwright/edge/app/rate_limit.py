"""How often each client may ask: counted here or, in Redis, for all."""

import asyncio
import hashlib
import inspect
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import jwt
from fastapi import HTTPException, Request
from limits import parse
from limits.storage import storage_from_string
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import settings
from app.keys import check_key

logger = logging.getLogger(__name__)

_SWEEP_SECONDS = 60.0
_REDIS_TIMEOUT = 0.5
_REDIS_PAUSE = 5.0
# Networks of proxies, whose X-Forwarded-For is believed.
_TRUSTED_PROXIES = [
    ipaddress.ip_network(network) for network in settings.trusted_proxies
]

Client = Callable[[Scope], Awaitable[str]]
"""Whose request it is."""


async def by_address(scope: Scope) -> str:
    """Count by address: the last one on the way that is no trusted proxy."""
    way = [
        one.strip()
        for one in _header(scope, "x-forwarded-for").split(",")
        if one.strip()
    ]
    address = str((scope.get("client") or ("unknown", 0))[0])
    while way and _is_trusted(address):
        address = way.pop()
    return f"address {_network(address)}"


async def by_user(scope: Scope) -> str:
    """Count by the user of a valid token, and who has none by address."""
    scheme, _, token = _header(scope, "authorization").partition(" ")
    user = _user_of(token) if scheme.lower() == "bearer" else ""
    return f"user {user}" if user else await by_address(scope)


async def by_key(scope: Scope) -> str:
    """Count by a known key, and who has none by address."""
    key = _header(scope, "X-API-Key")
    if key and await _is_known(key):
        return f"key {hashlib.sha256(key.encode()).hexdigest()}"
    return await by_address(scope)


class Limit:
    """So many requests in so much time, by each client."""

    def __init__(
        self, rate: str, client: Client = by_address, method: str = "", path: str = ""
    ) -> None:
        """Read a rate such as "100/minute", of one route or of all."""
        item = parse(rate)
        self.amount = item.amount
        self.seconds = item.get_expiry()
        self.name = f"{method} {path}".strip() or "all"
        self.policy = f'"{self.name}";q={self.amount};w={self.seconds}'
        self.client = client
        self._method = method
        self._pattern = compile_path(path)[0] if path else None

    def covers(self, scope: Scope) -> bool:
        """Tell whether a request counts."""
        if self._pattern is None:
            return True
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return scope["method"] == self._method and self._pattern.match(path) is not None


class Window:
    """Where a client stands against a limit."""

    def __init__(self, limit: Limit, used: int, reset_after: int) -> None:
        """Keep how much is used, and in how many seconds it begins anew."""
        self.limit = limit
        self.exceeded = used > limit.amount
        self.remaining = max(0, limit.amount - used)
        self.reset_after = reset_after

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the header fields that tell a client so."""
        fields = {
            "RateLimit-Policy": self.limit.policy,
            "RateLimit-Limit": str(self.limit.amount),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_after),
        }
        return [
            (name.lower().encode(), value.encode()) for name, value in fields.items()
        ]


class Counter:
    """Counts requests in windows of time.

    Windows begin at multiples of their length ("per minute" on the minute), so
    that one question to Redis is enough. While it is silent, each worker counts.
    """

    def __init__(self, storage: str) -> None:
        """Count here ("memory://"), or for all workers ("redis://localhost")."""
        self._shared: Any = None
        if storage != "memory://":
            self._shared = storage_from_string(
                f"async+{storage}", implementation="redispy"
            )
        self._shared_again_at = 0.0
        self._counts: dict[str, tuple[int, float]] = {}
        self._sweep_at = time.monotonic() + _SWEEP_SECONDS

    async def hit(self, limit: Limit, client: str) -> Window:
        """Count one request of a client."""
        number, elapsed = divmod(int(time.time()), limit.seconds)
        key = f"rate-limit/{limit.policy}/{number}/{client}"
        used = await self._count(key, limit.seconds)
        return Window(limit, used, limit.seconds - elapsed)

    async def _count(self, key: str, seconds: int) -> int:
        if self._shared is not None and time.monotonic() >= self._shared_again_at:
            asking = asyncio.ensure_future(self._shared.incr(key, seconds))
            await asyncio.wait([asking], timeout=_REDIS_TIMEOUT)
            if asking.done() and asking.exception() is None:
                return int(asking.result())
            why = asking.exception() if asking.done() else "no answer in time"
            asking.cancel()
            self._shared_again_at = time.monotonic() + _REDIS_PAUSE
            logger.warning("Redis fails, counting in this process: %r", why)
        return self._count_here(key, seconds)

    def _count_here(self, key: str, seconds: int) -> int:
        now = time.monotonic()
        if now >= self._sweep_at:
            self._counts = {
                k: kept for k, kept in self._counts.items() if kept[1] > now
            }
            self._sweep_at = now + _SWEEP_SECONDS
        count, ends_at = self._counts.get(key, (0, now + seconds))
        self._counts[key] = (count + 1, ends_at)
        return count + 1


counter = Counter(settings.rate_limit_storage)


class RateLimitMiddleware:
    """Counts the requests of each client, and answers 429 over a limit."""

    def __init__(self, app: ASGIApp, limits: Sequence[Limit]) -> None:
        """Wrap an application."""
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        limits = self.limits if scope["type"] == "http" else ()
        covering = [one for one in limits if one.covers(scope)]
        windows = [await counter.hit(one, await one.client(scope)) for one in covering]
        if not windows:
            await self.app(scope, receive, send)
            return
        window = min(windows, key=lambda one: (not one.exceeded, one.remaining))
        headers = window.headers()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        if window.exceeded:
            refusal = await _refusal(scope, window)
            await refusal(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)


def _header(scope: Scope, name: str) -> str:
    found = [value for key, value in scope["headers"] if key == name.lower().encode()]
    return b",".join(found).decode("latin-1")


def _is_trusted(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _TRUSTED_PROXIES)


def _network(address: str) -> str:
    """Return an address, of IPv6 its network of 64 bits: one client has all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(
        parsed.ipv4_mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64))
    )


async def _refusal(scope: Scope, window: Window) -> Any:  # noqa: ANN401
    """Return the answer 429, as the application answers other errors."""
    message = f"Too many requests, try again in {window.reset_after} s"
    error = HTTPException(
        status_code=429,
        detail={"error": message},
        headers={"Retry-After": str(window.reset_after)},
    )
    handlers = scope["app"].exception_handlers
    kinds = (error.status_code, *type(error).__mro__)
    handler = next(handlers[kind] for kind in kinds if kind in handlers)
    answer = handler(Request(scope), error)
    return await answer if inspect.isawaitable(answer) else answer


def _user_of(token: str) -> str:
    """Return the user of a valid token, nothing of any other."""
    try:
        payload = jwt.decode(token, settings.secret_key, algorithms=["HS256"])
    except jwt.PyJWTError:
        return ""
    return str(payload.get("sub", ""))


async def _is_known(key: str) -> bool:
    """Tell whether the application accepts a key."""
    try:
        answer: Any = check_key(key)
        if inspect.isawaitable(answer):
            await answer
    except HTTPException:
        return False
    return True
