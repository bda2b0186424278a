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


def _check_text(text: str) -> str:
    """Refuse what PostgreSQL cannot store: NUL, and half of a surrogate pair."""
    if "\0" in text or not (text.isascii() or _is_unicode(text)):
        raise ValueError("contains a character that cannot be stored")
    return text


def _is_unicode(text: str) -> bool:
    """Return whether a text can be written in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_url(text: str) -> str:
    """Refuse what is no address of the web, and keep the others as they were written.

    Browsers drop spaces and line breaks out of an address, and so would the check.
    """
    if " " in text or not text.isprintable():
        raise ValueError("must not contain spaces or control characters")
    _url.validate_python(text)
    return text


Str = Annotated[str, AfterValidator(_check_text)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_check_text)]
Int = Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
Float = Annotated[float, Field(allow_inf_nan=False)]
Email = EmailStr
Url = Annotated[
    str,
    Field(max_length=LONGEST_URL, json_schema_extra={"format": "uri"}),
    AfterValidator(_check_text),
    AfterValidator(_check_url),
]
DateTime = AwareDatetime
Json = dict[str, JsonValue]
