"""What the sources say of the versions that they were written for bounds what has no bound of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

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
