"""What the sources say of the versions that they were written for bounds what has no bound of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backwright.host.interpreters import interpreters, version_of
from backwright.host.requirements import Requirements
from backwright.host.sources import with_sources


@pytest.mark.parametrize(
    ("line", "bounded"),
    [
        ("bcrypt", False),
        ("bcrypt>=4.0.0", False),
        ("bcrypt==5.0.0", True),
        ("bcrypt~=4.1", True),
        ("bcrypt>=4,<5", True),
    ],
)
def test_a_lower_bound_leaves_the_upper_one_to_the_sources(
    tmp_path: Path, line: str, bounded: bool
) -> None:
    (tmp_path / "security.py").write_text(
        'from passlib.context import CryptContext\ncontext = CryptContext(schemes=["bcrypt"])\n'
    )
    found = with_sources(Requirements(needed=("passlib", line)), tmp_path)
    assert ("bcrypt<4.1" in found.periods) != bounded


@pytest.mark.skipif(
    not any(version_of(p) >= (3, 12) > sys.version_info for p in interpreters()),
    reason="our interpreter reads it, or none does",
)
def test_syntax_that_only_a_newer_python_reads_is_run_by_one(tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text('url = f"{\n    1}"\n')
    (tmp_path / "second.py").write_text("this is no Python\n")
    found = with_sources(Requirements(python=">=3.10,<3.13"), tmp_path)
    assert found.syntax == ">=3.12"
    (tmp_path / "first.py").write_text('url = f"{1}"\n')
    assert with_sources(Requirements(), tmp_path).syntax == ""
