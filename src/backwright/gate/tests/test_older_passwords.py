"""Passwords that were stored before log in, and are hashed when they do."""

import hashlib

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import User
from app.older_passwords import is_hash, verify_any
from app.security import hash_password

PASSWORD = "correct horse"


def digest(kind: str) -> str:
    """Return what a quick hash makes of the password."""
    return hashlib.new(kind, PASSWORD.encode()).hexdigest()


@pytest.mark.parametrize(
    "stored", [PASSWORD, digest("md5"), digest("sha1"), digest("sha256"), digest("sha512")]
)
def test_each_way_of_storing(stored: str) -> None:
    """The password is taken, and what is stored of it is not."""
    assert verify_any(PASSWORD, stored)
    assert not verify_any("another one", stored)
    assert stored == PASSWORD or not verify_any(stored, stored)


@pytest.mark.parametrize(
    "stored",
    [
        f"salt:{digest('sha3_256')}",
        digest("sha384"),
        f"pbkdf2:sha256:1000$salt${digest('sha256')}",
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
        "{SSHA}aGFzaA==",
        "5en6G6MezRroT3XKqkdPOmY/BfQ=",
        "!",
    ],
)
def test_what_may_be_another_hash_is_no_password(stored: str) -> None:
    """Who has read what is stored cannot log in with it."""
    assert not verify_any(stored, stored)


def test_hashes_and_nothing() -> None:
    """What bcrypt made, bcrypt verifies; without a password none is right."""
    assert verify_any(PASSWORD, hash_password(PASSWORD))
    for stored in (None, "", "!"):
        assert not verify_any(PASSWORD, stored)


@pytest.mark.anyio
async def test_what_is_stored_is_hashed(connection: AsyncConnection) -> None:
    """Code that stores a password as it is stores a hash all the same."""
    async with AsyncSession(connection) as session:
        user = User(email="a@example.com", hashed_password=PASSWORD)
        session.add(user)
        await session.flush()
        await session.refresh(user)
    assert is_hash(user.hashed_password or "")
    assert verify_any(PASSWORD, user.hashed_password)
