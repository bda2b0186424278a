"""An id and a log line for every request."""

import re
from secrets import token_hex
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import get_logger, request_id_context

_CLIENT_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_QUIET_PATH = "/health/"

logger = get_logger(__name__)


class RequestLogMiddleware:
    """Gives each request an id, answers with it, and writes one line when the request is done.

    The id is the client's `X-Request-ID` if that is short and plain, so that a request can be
    followed through several services; otherwise a new one. The query string and the headers
    are never written: they may hold secrets.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        header = (b"x-request-id", request_id.encode())
        status = 0
        answered_at: float | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status, answered_at
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)
            answered_at = perf_counter()

        reset = request_id_context.set(request_id)
        started = perf_counter()
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            # Not what a background task takes after the answer.
            _log(scope, status, (answered_at or perf_counter()) - started)
            request_id_context.reset(reset)


def _request_id(scope: Scope) -> str:
    """The id that the client sent, if it may be used, or a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _CLIENT_ID.fullmatch(value):
            client_id: str = value.decode("ascii")
            return client_id
    return token_hex(16)


def _log(scope: Scope, status: int, seconds: float) -> None:
    """Write the line; status 0 means that the connection ended before an answer."""
    path: str = scope["path"]
    if 0 < status < 500 and path.startswith(_QUIET_PATH):
        return
    client = scope.get("client")
    write = logger.info if status < 500 else logger.error
    write(
        "request",
        method=scope["method"],
        path=path,
        status=status,
        duration_ms=round(seconds * 1000, 2),
        client=client[0] if client else None,
    )
