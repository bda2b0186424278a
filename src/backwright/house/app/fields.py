"""Kinds of fields: what a client may write into them, and what the database can hold."""

from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, EmailStr, Field, HttpUrl, JsonValue, TypeAdapter

LARGEST_INTEGER = 2**63 - 1
LONGEST_TEXT = 100_000
LONGEST_URL = 2083
MOST_LINKS = 100

# The default of what may be left out of a change but must not be null.
UNSET: Any = Field(default_factory=lambda: None)

_url = TypeAdapter(HttpUrl)


def _refuse_nul(text: str) -> str:
    """Refuse the one character that PostgreSQL cannot store."""
    if "\0" in text:
        raise ValueError("NUL characters are not allowed")
    return text


def _check_url(text: str) -> str:
    """Refuse what is no address of the web, and keep the others as they were written."""
    _url.validate_python(text)
    return text


Str = Annotated[str, AfterValidator(_refuse_nul)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_refuse_nul)]
Int = Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
Float = Annotated[float, Field(allow_inf_nan=False)]
Email = EmailStr
Url = Annotated[
    str, Field(max_length=LONGEST_URL), AfterValidator(_refuse_nul), AfterValidator(_check_url)
]
DateTime = AwareDatetime
Json = dict[str, JsonValue]
