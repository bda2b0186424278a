"""The errors of the application, and the shape in which clients see them.

Services raise them without knowing HTTP; the handlers here turn them into
`{"detail": {"error": message}}` with the status of their class. Only 422 differs: its `detail` is
a list, with the place and the reason of everything that is wrong with a request.
"""

import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.routing import allowed_methods


class AppError(Exception):
    """Something went wrong in a way that the client should hear about."""

    status_code = 500
    headers: dict[str, str] | None = None

    def __init__(self, message: str) -> None:
        """Keep the message, which the client will read."""
        super().__init__(message)
        self.message = message


class ValidationError(AppError):
    """The input has the right shape but cannot be accepted."""

    status_code = 400


class UnauthorizedError(AppError):
    """It is not known who is calling."""

    status_code = 401
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012

    def __init__(self, message: str = "Not authenticated") -> None:
        """Say no more than that, unless there is something the caller should do."""
        super().__init__(message)


class NotFoundError(AppError):
    """There is no such row, or none that the caller may see: the answer is the same."""

    status_code = 404


class ConflictError(AppError):
    """The change clashes with what is already there."""

    status_code = 409


class BodyTooLargeError(AppError):
    """The request's body is larger than the settings allow."""

    status_code = 413
    # The rest of the body is still on its way, so the connection cannot be used again.
    headers = {"Connection": "close"}  # noqa: RUF012


class RetryLaterError(AppError):
    """The same request may succeed later; `retry_after` says in how many seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        """Keep the message and the seconds, which the client reads as `Retry-After`."""
        super().__init__(message)
        self.retry_after = retry_after
        self.headers = {"Retry-After": str(retry_after)}


class TooManyRequestsError(RetryLaterError):
    """The client did this too often."""

    status_code = 429


class ServiceUnavailableError(RetryLaterError):
    """Something that the answer needs is busy or away."""

    status_code = 503


class ErrorResponse(Response):
    """A JSON body in plain ASCII, so that no input echoed in it can break its encoding."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode the body."""
        return json.dumps(content, ensure_ascii=True).encode("ascii")


def error_response(error: AppError) -> Response:
    """The answer to an error, for code that runs outside of the routes."""
    return ErrorResponse({"detail": {"error": error.message}}, error.status_code, error.headers)


def handle_app_error(_request: Request, error: Exception) -> Response:
    """Answer with the status and the message of the error."""
    if not isinstance(error, AppError):
        raise error
    return error_response(error)


def handle_validation_error(_request: Request, error: Exception) -> Response:
    """Answer 422 with the place and the reason, never the input: it may be a password."""
    if not isinstance(error, RequestValidationError):
        raise error
    detail = [
        {"type": item["type"], "loc": item["loc"], "msg": item["msg"]} for item in error.errors()
    ]
    return ErrorResponse({"detail": detail}, 422)


def handle_http_exception(request: Request, error: Exception) -> Response:
    """Answer in the same shape for what the framework refuses, such as an unknown path."""
    if not isinstance(error, HTTPException):
        raise error
    detail = {"error": error.detail} if isinstance(error.detail, str) else error.detail
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(allowed_methods(request))
    return ErrorResponse({"detail": detail}, error.status_code, headers)


def add_error_handlers(app: FastAPI) -> None:
    """Give the application the handlers of its errors."""
    app.add_exception_handler(AppError, handle_app_error)
    app.add_exception_handler(HTTPException, handle_http_exception)
    app.add_exception_handler(RequestValidationError, handle_validation_error)
