"""Where a project hashes passwords: a function of its own, or an object of a library."""

from __future__ import annotations

import ast

import pytest

from backwright.tasks.probe import _hashers


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("crypt = CryptContext(schemes=['bcrypt'])", ["crypt.hash", "crypt.generate_password_hash"]),
        ("ph = argon2.PasswordHasher()", ["ph.hash", "ph.generate_password_hash"]),
        ("h = PasswordHash.recommended()", ["h.hash", "h.generate_password_hash"]),
        ("app = FastAPI()", []),
        ("x: int = 1", []),
    ],
)  # fmt: skip
def test_objects_that_hash_are_found(line: str, names: list[str]) -> None:
    assert list(_hashers("main", ast.parse(line).body[0])) == [f"main:{name}" for name in names]
