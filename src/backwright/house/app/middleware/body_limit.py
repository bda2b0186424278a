"""A bound on what a client may send."""

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.exceptions import BodyTooLargeError, error_response

_MOST_DIGITS = 18


class BodyLimitMiddleware:
    """Answer 413 to a request body over `max_bytes`, announced or chunked.

    An announced body is refused before a byte of it is read. A body without a length is counted
    while the application reads it.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        """Wrap `app`; bodies may have `max_bytes` bytes."""
        self.app = app
        self.max_bytes = max_bytes
        self.error = BodyTooLargeError(f"Request body is larger than {max_bytes} bytes")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = _announced_length(scope)
        if length is not None and length > self.max_bytes:
            await error_response(self.error)(scope, receive, send)
            return
        # The server reads no further than the announced length, so only the others are counted.
        await self.app(scope, receive if length is not None else self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        """A `receive` that stops when too much came.

        Raises:
            HTTPException: 413, from inside the application, which turns it into the answer.
        """
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                # FastAPI lets no other exception out of its reading of a body.
                detail = {"error": self.error.message}
                raise HTTPException(self.error.status_code, detail, self.error.headers)
            return message

        return receive_counted


def _announced_length(scope: Scope) -> int | None:
    """The body's length in bytes: None if unknown; 0 if there is no body."""
    length: int | None = None
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            if not value.isdigit() or len(value) > _MOST_DIGITS:
                return None
            length = int(value)
    if length is None and scope["method"] not in ("GET", "HEAD"):
        return None
    return length or 0
