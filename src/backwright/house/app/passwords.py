"""Password hashing: bcrypt, whole passwords only, away from the event loop.

bcrypt reads at most 72 bytes. A limit of 72 bytes on the password itself would turn away pass
phrases (18 emoji are 72 bytes already; NIST SP 800-63B asks for at least 64 characters), and
cutting it off would let every longer password with the same beginning in. So there are two schemes,
told apart by their prefix:

- `$2b$…`: plain bcrypt, for up to 72 bytes. Every other tool can read it.
- `$bcrypt-sha256$v=2,…`: bcrypt over base64(HMAC-SHA256(salt, password)), for anything longer.
  The format is that of passlib's `bcrypt_sha256`. The salt as key keeps a digest stolen elsewhere
  from being tried here (https://www.scottbrady91.com/authentication/beware-of-password-shucking).

A hash takes a quarter of a second of one core. It runs in a small pool of its own, whose threads
have a lower priority than the event loop's, so that reads stay quick while people log in. What waits
for the pool is bounded: beyond that a login is answered with 503 and Retry-After at once, instead of
piling up behind logins whose clients have long given up.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import os
import re
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

import bcrypt

from app.config import get_settings
from app.exceptions import ServiceUnavailableError

BCRYPT_MAX_BYTES = 72
RETRY_AFTER_SECONDS = 5
LOWEST_PRIORITY = 19

P = ParamSpec("P")
T = TypeVar("T")

_LONG_PREFIX = "$bcrypt-sha256$"
_LONG_HASH = re.compile(
    r"\$bcrypt-sha256\$v=2,t=2b,r=(?P<cost>[4-9]|[12]\d|3[01])"
    r"\$(?P<salt>[./A-Za-z0-9]{22})\$(?P<digest>[./A-Za-z0-9]{31})"
)
_PLAIN_HASH = re.compile(r"\$2[aby]\$(?P<cost>0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}")


class HashingPool:
    """Threads of low priority that hash, and a bound on how much may wait for them."""

    def __init__(self, workers: int, queue: int, niceness: int) -> None:
        """Make a pool of `workers` threads with room for `queue` waiting calls."""
        self._executor = ThreadPoolExecutor(
            workers, "password", initializer=_lower_priority, initargs=(niceness,)
        )
        self._room = threading.BoundedSemaphore(workers + queue)

    @property
    def full(self) -> bool:
        """Whether a call would be refused now."""
        if not self._room.acquire(blocking=False):
            return True
        self._room.release()
        return False

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in the pool and return what it returns.

        Raises:
            ServiceUnavailableError: When as many calls wait as may wait.
        """
        if not self._room.acquire(blocking=False):
            raise _busy()
        future = self._executor.submit(work, *args, **kwargs)
        future.add_done_callback(self._leave)
        # A client that hangs up cancels the wait, and with it a call that has not begun.
        return await asyncio.wrap_future(future)

    def _leave(self, _: Future[T]) -> None:
        """Give the place of a finished or cancelled call back."""
        self._room.release()


@cache
def hashing_pool() -> HashingPool:
    """Return the process's pool, made from the settings at the first call."""
    settings = get_settings()
    return HashingPool(
        settings.password_hash_workers,
        settings.password_hash_queue,
        settings.password_hash_niceness,
    )


def refuse_if_busy() -> None:
    """Refuse before anything is done or counted for a request that will need the pool.

    Raises:
        ServiceUnavailableError: When the pool is full.
    """
    if hashing_pool().full:
        raise _busy()


async def hash_password(password: str) -> str:
    """Hash a password of any length at the cost that the settings ask for.

    Raises:
        ServiceUnavailableError: When the pool is full.
    """
    return await hashing_pool().run(compute_hash, password, get_settings().bcrypt_cost)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether the password is the one that was hashed.

    With `None` (no such user) it does the work of a comparison all the same and returns False,
    so that the time of an answer does not tell which users exist.

    Raises:
        ServiceUnavailableError: When the pool is full.
    """
    return await hashing_pool().run(
        matches, password, password_hash or "", get_settings().bcrypt_cost
    )


def needs_rehash(password_hash: str) -> bool:
    """Return whether a stored hash is of a lower cost (or another scheme) than today's."""
    found = _LONG_HASH.fullmatch(password_hash) or _PLAIN_HASH.fullmatch(password_hash)
    return found is None or int(found["cost"]) < get_settings().bcrypt_cost


def compute_hash(password: str, cost: int) -> str:
    """Hash in the calling thread; `cost` is the base-2 logarithm of the rounds."""
    salt = bcrypt.gensalt(cost)
    hashed = bcrypt.hashpw(_key(password, salt[-22:]), salt).decode()
    return mark_long(hashed) if _is_long(password) else hashed


def matches(password: str, password_hash: str, cost: int) -> bool:
    """Compare in the calling thread, with the work of one hash of this cost whatever the two are.

    A password too long for the scheme of the stored hash cannot be the right one, nothing matches
    a stored value that is no hash, and a hash from the times of a lower cost is quicker: wherever
    a refusal would come early, it would tell which users exist.
    """
    stored = (_bcrypt_form(password_hash) or unmatchable_hash(cost)).encode()
    key = _key(password, stored[7:29])
    if bcrypt.checkpw(key, stored):
        return _is_long(password) == password_hash.startswith(_LONG_PREFIX)
    for _ in range(2 ** max(0, cost - int(stored[4:6])) - 1):
        bcrypt.checkpw(key, stored)
    return False


def unmatchable_hash(cost: int) -> str:
    """Return a well-formed hash that no known password has, without the work of hashing one."""
    return bcrypt.gensalt(cost).decode() + "." * 31


def prehash(secret: bytes, salt: bytes) -> bytes:
    """Return the 44 letters that stand for a password too long for bcrypt."""
    return base64.b64encode(hmac.digest(salt, secret, hashlib.sha256))


def mark_long(hashed: str) -> str:
    """Write `$2b$12$salt+digest` in passlib's format for pre-hashed passwords."""
    cost, salt, digest = hashed[4:6], hashed[7:29], hashed[29:]
    return f"{_LONG_PREFIX}v=2,t=2b,r={int(cost)}${salt}${digest}"


def _busy() -> ServiceUnavailableError:
    """Say when to come again."""
    return ServiceUnavailableError("Too many logins at once, try again soon", RETRY_AFTER_SECONDS)


def _key(password: str, salt: bytes) -> bytes:
    """Return what bcrypt gets to read: the password, or the digest of one too long for it."""
    secret = _encode(password)
    if len(secret) <= BCRYPT_MAX_BYTES:
        return secret
    return prehash(secret, salt)


def _is_long(password: str) -> bool:
    """Return whether bcrypt would not read the password to its end."""
    return len(_encode(password)) > BCRYPT_MAX_BYTES


def _encode(password: str) -> bytes:
    """Encode as UTF-8 in NFC (RFC 8265, OpaqueString), so that every keyboard gives the same."""
    return unicodedata.normalize("NFC", password).encode()


def _bcrypt_form(password_hash: str) -> str | None:
    """Write a stored hash of either scheme as bcrypt knows it; None if it is neither."""
    found = _LONG_HASH.fullmatch(password_hash)
    if found is not None:
        return f"$2b${int(found['cost']):02}${found['salt']}{found['digest']}"
    return password_hash if _PLAIN_HASH.fullmatch(password_hash) else None


def _lower_priority(niceness: int) -> None:
    """Let the calling thread give way to the event loop; only Linux has priorities by thread."""
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    lowered = min(LOWEST_PRIORITY, os.getpriority(os.PRIO_PROCESS, thread) + niceness)
    # A container may forbid it. Slower reads during logins are no reason to refuse logins.
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, thread, lowered)
