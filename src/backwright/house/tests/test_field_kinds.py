"""Kinds of fields: what cannot be told from the outside by the tests of each resource."""

import pytest
from pydantic import TypeAdapter, ValidationError

from app.fields import Url

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
