"""Kinds of fields: what a client may write into them, and what the database can hold."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    JsonValue,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    validate_email,
)
from pydantic.json_schema import SkipJsonSchema

LARGEST_INTEGER = 2**53 - 1  # what JavaScript and other readers of JSON can still tell apart
LONGEST_EMAIL = 254
LONGEST_TEXT = 100_000
LONGEST_URL = 2083
MOST_LINKS = 100

Value = TypeVar("Value")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_URL = TypeAdapter(HttpUrl)


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


def _check_email(text: str) -> str:
    """Refuse what is no address for mails, and write its domain in small letters."""
    if "<" in text:
        raise ValueError("must be an address alone, without a name")
    return validate_email(text)[1]


def _check_url(text: str) -> str:
    """Refuse what is no address of the web, and keep the others as they were written.

    Browsers drop spaces and line breaks out of an address, and so would the check.
    """
    if " " in text or not text.isprintable():
        raise ValueError("must not contain spaces or control characters")
    _URL.validate_python(text)
    return text


def _check_date(value: Any) -> Any:
    """Refuse numbers and times, which would be read as a day: 0 is none in 1970."""
    if type(value) is date or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("must be a date such as 2030-01-31")


def _check_time(value: Any) -> Any:
    """Refuse numbers, which would be read as seconds since 1970, or as milliseconds."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DAY.match(value)):
        return value
    raise ValueError("must be a time with its zone such as 2030-01-31T12:00:00Z")


def _refuse_null(value: Any) -> Any:
    """Refuse null where a field may be left out, but not emptied."""
    if value is None:
        raise ValueError("must not be null")
    return value


class Null(StrEnum):
    """What a filter says for "none"."""

    NULL = "null"


# What a text must be, beside its length. It comes after the length in an annotation, so that a text
# that is too long is not written about as if it were a list.
STORABLE = AfterValidator(_check_text)
IS_EMAIL = AfterValidator(_check_email)
IS_URL = AfterValidator(_check_url)

Text = Annotated[str, Field(max_length=LONGEST_TEXT), STORABLE]
Email = Annotated[
    str, Field(max_length=LONGEST_EMAIL, json_schema_extra={"format": "email"}), IS_EMAIL
]
Url = Annotated[str, Field(max_length=LONGEST_URL, json_schema_extra={"format": "uri"}), IS_URL]
Date = Annotated[date, BeforeValidator(_check_date)]
DateTime = Annotated[AwareDatetime, BeforeValidator(_check_time)]
Json = dict[str, JsonValue]
Links = Annotated[
    list[UUID],
    Field(max_length=MOST_LINKS, description=f"At most {MOST_LINKS}; a change replaces them all."),
]

# In a filter: a row, or `null` for what has none.
IdOrNull = UUID | Null
# In a change: None if it was left out, since null is refused.
Omittable = Annotated[Value | SkipJsonSchema[None], BeforeValidator(_refuse_null)]


class Input(BaseModel):
    """What a client sends: a field that is not known is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def check_that_a_number_is_one(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what Python would make a number of: `true`, and a text such as "5".

        A decimal may be a text, as it is in answers, and 5.0 is an integer, as it is to JSON Schema.
        """
        if not isinstance(value, bool | str):
            return value
        annotation: Any = cls.model_fields[str(info.field_name)].annotation
        kinds = _kinds(annotation)
        exact = Decimal in kinds and isinstance(value, str)
        if kinds & {int, float, Decimal} and type(value) not in kinds and not exact:
            raise ValueError("must be a number")
        return value


@lru_cache
def _kinds(annotation: Any) -> frozenset[Any]:
    """Return the types that a field may have: each of a union, without what else is annotated."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return frozenset().union(*map(_kinds, get_args(annotation)))
    return frozenset({annotation})
