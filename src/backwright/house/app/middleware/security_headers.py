"""Headers that tell browsers to be careful with the answers."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_Header = tuple[bytes, bytes]

# After the OWASP REST security cheat sheet: nothing here is ever a page, a script or a frame.
_HEADERS: list[_Header] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_API_POLICY: _Header = (
    b"content-security-policy",
    b"default-src 'none'; frame-ancestors 'none'",
)
# The documentation pages of FastAPI load Swagger UI and ReDoc from this network.
_DOCS_POLICY: _Header = (
    b"content-security-policy",
    b"default-src 'none'; connect-src 'self'; worker-src blob:; font-src https:; "
    b"img-src 'self' data: https://fastapi.tiangolo.com https://cdn.redoc.ly; "
    b"script-src 'unsafe-inline' https://cdn.jsdelivr.net; "
    b"style-src 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com; "
    b"frame-ancestors 'none'",
)
_NO_STORE: _Header = (b"cache-control", b"no-store")
_HTTPS_ONLY: _Header = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class SecurityHeadersMiddleware:
    """Add the security headers to every answer.

    Answers are not to be stored by caches unless a route says so itself, since most belong to
    one user. `Strict-Transport-Security` is sent over HTTPS only, as RFC 6797 (7.2) demands.
    """

    def __init__(self, app: ASGIApp, docs_paths: frozenset[str] = frozenset()) -> None:
        """Wrap `app`; at `docs_paths` stand the documentation pages."""
        self.app = app
        self.docs_paths = docs_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = [*_HEADERS, _DOCS_POLICY if scope["path"] in self.docs_paths else _API_POLICY]
        if scope.get("scheme") == "https":
            headers.append(_HTTPS_ONLY)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                message["headers"] = [*own, *headers]
                if not any(name.lower() == b"cache-control" for name, _ in own):
                    message["headers"].append(_NO_STORE)
            await send(message)

        await self.app(scope, receive, send_with_headers)
