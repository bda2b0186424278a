"""Kinds of fields: what cannot be told from the outside by the tests of each resource."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from app.fields import Date, DateTime, Input, Omittable, Url

DATE: TypeAdapter[Date] = TypeAdapter(Date)
TIME: TypeAdapter[DateTime] = TypeAdapter(DateTime)
URL: TypeAdapter[str] = TypeAdapter(Url)


@pytest.mark.parametrize(
    "url", ["https://example.com", "HTTP://example.com/a?b=c#d", "https://bücher.example/ß"]
)
def test_url_stays_as_it_was_written(url: str) -> None:
    """A client finds what it has sent."""
    assert URL.validate_python(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "javascript:alert(1)",
        "https://",
        " https://example.com",
        "https://exa\nmple.com",
        "https://example.com/\r\nSet-Cookie: a=b",
        "https://example.com/\u2028",
        "\x01https://example.com",
    ],
)
def test_url_that_is_none_is_refused(url: str) -> None:
    """Also one with white space, which a browser would overlook and a header would not."""
    with pytest.raises(ValidationError):
        URL.validate_python(url)


def test_date_that_is_one() -> None:
    """As it is written in JSON and in a URL, and as a default has it."""
    assert DATE.validate_python("2030-01-31") == date(2030, 1, 31)
    assert DATE.validate_python(date(2030, 1, 31)) == date(2030, 1, 31)


@pytest.mark.parametrize(
    "value",
    [0, 1.0, "0", "", "2030-02-31", "2030-01-31T00:00:00", "2030-1-31", datetime(2030, 1, 31)],
)
def test_date_that_is_none_is_refused(value: object) -> None:
    """Also a number or a time that falls on the beginning of a day."""
    with pytest.raises(ValidationError):
        DATE.validate_python(value)


def test_time_that_is_one() -> None:
    """In any zone."""
    noon = datetime(2030, 1, 31, 12, tzinfo=UTC)
    for value in ("2030-01-31T12:00:00Z", "2030-01-31T14:00:00+02:00", noon):
        assert TIME.validate_python(value) == noon


@pytest.mark.parametrize("value", [0, 1.5, "0", "1700000000", "", "2030-01-31", "2030-01-31T12:00"])
def test_time_that_is_none_is_refused(value: object) -> None:
    """Also a number, a day, and a time that does not say its zone."""
    with pytest.raises(ValidationError):
        TIME.validate_python(value)


class Numbers(Input):
    """A body with a field of each kind that a number could be taken for."""

    whole: Annotated[int, Field(ge=0)] | None = None
    real: Omittable[float] = None
    exact: Decimal | None = None
    yes: bool | None = None
    text: str | None = None


@pytest.mark.parametrize(
    "fields",
    [
        {"whole": 5},
        {"whole": 5.0},
        {"real": 5},
        {"real": 0.5},
        {"exact": 5},
        {"exact": "0.10"},
        {"yes": True},
        {"text": "5"},
        {"whole": None},
    ],
)
def test_number_that_is_one(fields: dict[str, object]) -> None:
    """As JSON has it; a decimal also as a text, which keeps its digits."""
    assert Numbers.model_validate(fields).model_fields_set == fields.keys()


@pytest.mark.parametrize(
    "fields",
    [
        {"whole": "5"},
        {"whole": True},
        {"whole": 5.5},
        {"real": "0.5"},
        {"real": False},
        {"exact": True},
        {"exact": "five"},
        {"text": True},
        {"unknown": 5},
    ],
)
def test_number_that_is_none_is_refused(fields: dict[str, object]) -> None:
    """What Python makes a number of is none to a client of another language."""
    with pytest.raises(ValidationError):
        Numbers.model_validate(fields)
