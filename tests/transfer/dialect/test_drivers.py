"""Which driver a host has decides whether its columns take times with a zone."""

import pytest

from backwright.transfer.dialect.read import _installed_driver


@pytest.mark.parametrize(
    ("installed", "driver"),
    [
        ({"asyncpg": "0.30"}, "postgresql+asyncpg"),
        ({"asyncpg": "0.30", "psycopg2-binary": "2.9"}, ""),
        ({"psycopg": "3.2"}, ""),
        ({}, ""),
    ],
)
def test_the_only_driver_that_is_installed(installed: dict[str, str], driver: str) -> None:
    assert _installed_driver(installed) == driver
