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


_ERRORS = {
    400: "The request cannot be read or accepted",
    401: "Not authenticated",
    404: "Not found",
    409: "Conflicts with existing data, or with a change made at the same time",
    413: "The body is too large",
    429: "Too many requests; retry after the seconds in `Retry-After`",
    503: "Temporarily unavailable; retry after the seconds in `Retry-After`",
}


def errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Describe errors that an operation may answer with, beside those of validation."""
    return {code: {"model": ErrorBody, "description": _ERRORS[code]} for code in codes}
