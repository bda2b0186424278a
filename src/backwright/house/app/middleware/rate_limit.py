"""A bound on how often one client may ask."""

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from limits import RateLimitItem, parse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.exceptions import TooManyRequestsError, error_response
from app.rate_limit import RateLimiter, Window

UserOf = Callable[[str], str | None]
"""From a bearer token to the user's id, None if the token is not valid."""

_EXEMPT = "/health/"


class RateLimitMiddleware:
    """Count requests by user if they carry a valid token, else by address; answer 429 beyond.

    The answers carry the fields of draft-ietf-httpapi-ratelimit-headers-11 (`RateLimit-Policy`,
    `RateLimit`) and those of its drafts up to 06, which most clients read (`RateLimit-Limit`,
    `RateLimit-Remaining`, `RateLimit-Reset`); with 429 also `Retry-After`, in seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        limiter: RateLimiter,
        per_address: str,
        per_user: str,
        user_of: UserOf | None = None,
    ) -> None:
        """Wrap `app`; the limits read like "300/minute"."""
        self.app = app
        self.limiter = limiter
        self.address_policy = _Policy("address", parse(per_address))
        self.user_policy = _Policy("user", parse(per_user))
        self.user_of = user_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http" or scope["path"].startswith(_EXEMPT):
            await self.app(scope, receive, send)
            return
        user = self._user(scope)
        policy = self.address_policy if user is None else self.user_policy
        window = await self.limiter.hit(policy.item, policy.name, user or client_address(scope))
        headers = policy.headers(window)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        if not window.exceeded:
            await self.app(scope, receive, send_with_headers)
            return
        message = f"Too many requests, try again in {window.reset_after} s"
        refusal = error_response(TooManyRequestsError(message, window.reset_after))
        await refusal(scope, receive, send_with_headers)

    def _user(self, scope: Scope) -> str | None:
        """The id of the user whose valid token came with the request."""
        if self.user_of is None:
            return None
        for name, value in scope["headers"]:
            if name == b"authorization":
                scheme, _, token = value.partition(b" ")
                return (
                    self.user_of(token.decode("latin-1")) if scheme.lower() == b"bearer" else None
                )
        return None


class _Policy:
    """A named limit and its header fields."""

    def __init__(self, name: str, item: RateLimitItem) -> None:
        """Call the limit `item` `name`."""
        self.name = name
        self.item = item
        self._policy = f'"{name}";q={item.amount};w={item.get_expiry()}'.encode()
        self._limit = str(item.amount).encode()

    def headers(self, window: Window) -> list[tuple[bytes, bytes]]:
        """The header fields that tell a client where it stands."""
        remaining = b"%d" % window.remaining
        reset = b"%d" % window.reset_after
        return [
            (b"ratelimit-policy", self._policy),
            (b"ratelimit", b'"%s";r=%s;t=%s' % (self.name.encode(), remaining, reset)),
            (b"ratelimit-limit", self._limit),
            (b"ratelimit-remaining", remaining),
            (b"ratelimit-reset", reset),
        ]


def client_address(scope: Scope) -> str:
    """The address that a client is counted by: for IPv6 its /64 network, which one host owns."""
    client = scope.get("client")
    host: str = client[0] if client else "unknown"
    return _ipv6_network(host) if ":" in host else host


@lru_cache(maxsize=4096)
def _ipv6_network(host: str) -> str:
    """The /64 network of an IPv6 address; the text itself if it is none."""
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
