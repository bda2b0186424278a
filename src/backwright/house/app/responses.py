"""Answers in JSON."""

from typing import Any

from fastapi import Response
from pydantic import BaseModel


class Answer(Response):
    """A schema as JSON, written once by its own serializer and not validated again."""

    media_type = "application/json"

    def render(self, content: BaseModel) -> bytes:
        """Encode the body."""
        return content.__pydantic_serializer__.to_json(content)


class ErrorMessage(BaseModel):
    """What went wrong."""

    error: str


class ErrorBody(BaseModel):
    """The body of every error but 422."""

    detail: ErrorMessage


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "The input cannot be accepted"},
    401: {"model": ErrorBody, "description": "Not authenticated"},
    404: {"model": ErrorBody, "description": "Not found"},
    409: {"model": ErrorBody, "description": "Clashes with what is there already"},
    413: {"model": ErrorBody, "description": "The body is too large"},
    429: {"model": ErrorBody, "description": "Too often; `Retry-After` says when to come again"},
    503: {"model": ErrorBody, "description": "Too busy; `Retry-After` says when to come again"},
}
