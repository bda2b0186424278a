"""Kinds of fields: what cannot be told from the outside by the tests of each resource."""

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from app.fields import Date, DateTime, Url

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
