"""Which version a client gets: that of its media type, else the old."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# application/vnd.api.v2+json
_MEDIA_TYPE = re.compile(r"application/vnd\.api\.([\w.-]+)\+json", re.IGNORECASE)


class VersionMiddleware:
    """Leads a request to the version that it asks for by `Accept`."""

    def __init__(
        self,
        app: ASGIApp,
        versions: Mapping[str, str],
        old: str,
        new: str,
        apart: Collection[str] = (),
    ) -> None:
        """Wrap an application.

        Args:
            app: The application.
            versions: For each prefix of the old version, where the new one is.
            old: What the old version is called, which is served unasked.
            new: What the new version is called.
            apart: Paths that belong to no version.
        """
        self.app = app
        self.versions = versions
        self.old = old
        self.new = new
        self.apart = tuple(apart)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request in the version that it asks for."""
        there = self._there(scope) if scope["type"] == "http" else None
        if there is None:
            await self.app(scope, receive, send)
            return
        found = _MEDIA_TYPE.search(Headers(scope=scope).get("Accept", ""))
        asked = found[1] if found else self.old
        if asked not in (self.old, self.new):
            names = (self.old, self.new)
            known = ", ".join(f"application/vnd.api.{one}+json" for one in names)
            refusal = JSONResponse({"detail": f"Acceptable are: {known}"}, status_code=406)
            await refusal(scope, receive, send)
            return
        if asked == self.new:
            scope = {**scope, "path": there, "raw_path": there.encode()}

        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if found and headers.get("Content-Type", "").startswith("application/json"):
                    headers["Content-Type"] = f"application/vnd.api.{asked}+json"
                headers.add_vary_header("Accept")
            await send(message)

        await self.app(scope, receive, send_with_version)

    def _there(self, scope: Scope) -> str | None:
        """Return the path in the new version, if it is one of the old."""
        root = scope.get("root_path", "")
        path = scope["path"].removeprefix(root)
        if path.startswith(self.apart) and self.apart:
            return None
        for old, new in self.versions.items():
            if _is_below(path, old) and not _is_below(path, new):
                return f"{root}{new}{path.removeprefix(old)}"
        return None


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")
