"""Whose event loop the tests of a grown resource run in."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.transfer.grow.runner import run_by_host

CODE = '''\
"""Tests."""

import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


async def test_it() -> None:
    pass
'''


@pytest.mark.parametrize("folder", [".", "backend"])
@pytest.mark.parametrize(
    ("settings", "mark", "backend"),
    [
        ("", "pytest.mark.anyio", True),
        ("asyncio_mode = strict", "pytest.mark.anyio", True),
        ("asyncio_mode = auto", "", False),
        (
            "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = session",
            'pytest.mark.asyncio(loop_scope="session")',
            False,
        ),
        (
            "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\n"
            "asyncio_default_test_loop_scope = session",
            "",
            False,
        ),
    ],
)
def test_asynchronous_tests_run_in_the_loop_of_their_fixtures(
    tmp_path: Path, settings: str, mark: str, backend: bool, folder: str
) -> None:
    (tmp_path / "backend").mkdir()
    (tmp_path / folder / "pytest.ini").write_text(f"[pytest]\n{settings}\n")
    made = run_by_host(tmp_path, "backend/tests/test_it.py", CODE)
    assert (f"pytestmark = {mark}\n" in made) == bool(mark)
    assert ("pytestmark" in made) == bool(mark)
    assert ("anyio_backend" in made) == backend
    assert ("import pytest" in made) == ("pytest." in made)
    assert "async def test_it" in made
