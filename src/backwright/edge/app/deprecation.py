"""What clients of an old version are told: that it ends, and what is next."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Collection, Mapping
from datetime import date
from email.utils import formatdate

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class DeprecationMiddleware:
    """Adds `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and a `Link`."""

    def __init__(
        self,
        app: ASGIApp,
        versions: Mapping[str, str],
        deprecated_on: date,
        sunset_on: date | None = None,
        apart: Collection[str] = (),
    ) -> None:
        """Wrap an application.

        Args:
            app: The application.
            versions: For each prefix of the old version, that of the next one.
            deprecated_on: Since when the old version is deprecated.
            sunset_on: When it is switched off, if that is known.
            apart: Paths that belong to no version.
        """
        self.app = app
        self.versions = versions
        self.apart = tuple(apart)
        self.headers = [(b"deprecation", f"@{_midnight(deprecated_on)}".encode())]
        if sunset_on is not None:
            until = formatdate(_midnight(sunset_on), usegmt=True)
            self.headers.append((b"sunset", until.encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an answer of the old version says so."""
        successor = self._successor(scope) if scope["type"] == "http" else None
        if successor is None:
            await self.app(scope, receive, send)
            return
        link = (b"link", f'<{successor}>; rel="successor-version"'.encode())

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self.headers, link]
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _successor(self, scope: Scope) -> str | None:
        """Return the path in the next version, if it is one of the old."""
        root = scope.get("root_path", "")
        path = scope["path"].removeprefix(root)
        if path.startswith(self.apart) and self.apart:
            return None
        for old, new in self.versions.items():
            if _is_below(path, old) and not _is_below(path, new):
                raw = scope.get("raw_path") or path.encode()
                told = raw.decode("ascii", "replace").removeprefix(root)
                return f"{root}{new}{told.removeprefix(old)}"
        return None


def _midnight(day: date) -> int:
    """Return when a day begins, in seconds as computers count them."""
    return timegm(day.timetuple())


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")
