"""Which driver a host has decides whether its columns take times with a zone."""

from pathlib import Path

import pytest

from backwright.transfer.dialect.read import _installed_driver, _is_tested_on_sqlite
from backwright.transfer.draft import Draft


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


@pytest.mark.parametrize(
    ("url", "portable"), [("sqlite:///./test.db", True), ("postgresql://localhost/test", False)]
)
def test_what_tests_run_on_decides_which_types_there_are(
    url: str, portable: bool, tmp_path: Path
) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "conftest.py").write_text(f'engine = create_engine("{url}")\n')
    assert _is_tested_on_sqlite(Draft(tmp_path)) == portable
