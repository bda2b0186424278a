"""Passwords that were stored before: plain, or by a quick hash.

They log in as before, and are hashed anew when they do. Who has a hash of another kind
resets it.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import User
from app.security import LONGEST_PASSWORD, hash_password, verify_password

DIGESTS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}  # by digits
HASHES = re.compile(
    r"(\$[\w-]+|\w[\w:.+-]*\$.*)\$.{20,}"  # $argon2id$..., pbkdf2:sha256:1000$salt$...
    r"|\{[\w-]+\}.+"  # {SSHA}...
    r"|.*[0-9a-fA-F]{32}.*"  # digits, with a salt or without
    r"|.*[\w+/-]{40}.*|.*[\w+/-]{20}={1,2}"  # the same in base64
    r"|[!*]+",  # a password that is locked
    re.DOTALL,
)


def is_hash(stored: str) -> bool:
    """Tell whether what is stored was made by bcrypt."""
    return re.fullmatch(r"\$2[abxy]\$\d\d\$.{53}", stored) is not None


def digest_of(stored: str) -> str | None:
    """Return the quick hash that something stored may have been made by."""
    is_hexadecimal = re.fullmatch(r"[0-9a-fA-F]+", stored) is not None
    return DIGESTS.get(len(stored)) if is_hexadecimal else None


def may_be_hash(stored: str) -> bool:
    """Tell whether what is stored may be a hash: then it is never compared as it is."""
    return HASHES.fullmatch(stored) is not None


def verify_any(password: str, stored: str | None) -> bool:
    """Tell whether a password is the one, in whichever way it is stored."""
    if not stored or is_hash(stored):
        return verify_password(password, stored or None)
    verify_password(password, None)  # takes as long as for everybody
    digest = digest_of(stored)
    if digest is None and may_be_hash(stored):
        return False
    if digest is None:
        return hmac.compare_digest(password.encode(), stored.encode())
    given = hashlib.new(digest, password.encode()).hexdigest()
    return hmac.compare_digest(given, stored.lower())


async def upgrade_password(session: AsyncSession, user: User, password: str) -> None:
    """Store a hash of a password that was stored in another way."""
    is_long = len(password.encode()) > LONGEST_PASSWORD
    if is_long or is_hash(user.hashed_password or ""):
        return
    user.hashed_password = await run_in_threadpool(hash_password, password)
    await session.commit()
    await session.refresh(user)


@event.listens_for(User, "before_insert")
@event.listens_for(User, "before_update")
def keep_hashed(_mapper: object, _connection: object, user: User) -> None:
    """Let nothing but a hash be stored, whoever sets a password."""
    value = user.hashed_password
    if not value or is_hash(value) or digest_of(value) is not None:
        return
    user.hashed_password = hash_password(value)
