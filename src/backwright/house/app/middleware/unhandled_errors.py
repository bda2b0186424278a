"""The answer to an error that nobody expected."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.exceptions import AppError, error_response
from app.logs import get_logger

logger = get_logger(__name__)


class UnhandledErrorMiddleware:
    """Log an unexpected exception and answer 500 without a word about its cause.

    It stands inside the CORS middleware: Starlette's own handler stands outside of it, so that
    a browser would show a missing CORS header instead of the error (Kludex/starlette#1116).
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises:
            Exception: What the application raised, if the answer had begun already.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            logger.exception("unhandled error", method=scope["method"], path=scope["path"])
            if started:
                raise
            await error_response(AppError("Internal server error"))(scope, receive, send)
