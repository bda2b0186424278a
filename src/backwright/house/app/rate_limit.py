"""Counting events in windows of time: in this process or, with Redis, for all processes.

Where Redis does not answer, counting goes on in this process's memory: the API stays up, and the
limits still hold for each worker by itself. Redis is asked again a few seconds later.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from limits import RateLimitItem
from limits.aio.storage import RedisStorage, Storage
from limits.errors import StorageError

from app.config import get_settings
from app.logs import get_logger

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

_REDIS_TIMEOUT = 0.5
_REDIS_PAUSE = 5.0
_SWEEP_INTERVAL = 60.0

_T = TypeVar("_T")

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Window:
    """How much of a limit is used, and in how many whole seconds it starts again."""

    limit: int
    used: int
    reset_after: int

    @property
    def remaining(self) -> int:
        """How many more events the limit allows in this window."""
        return max(0, self.limit - self.used)

    @property
    def exceeded(self) -> bool:
        """Whether more was counted than the limit allows."""
        return self.used > self.limit


class RateLimiter:
    """Counts events against limits.

    Windows begin at multiples of their length ("per minute" begins on the minute), so that one
    round trip to Redis is enough to count and to know when the window ends.
    """

    def __init__(self, redis_url: str | None = None) -> None:
        """Count in Redis if there is a URL like `redis://host:6379/0`, else in this process."""
        self._local = MemoryStorage()
        self._redis: ConnectionPool | None = None
        self._shared: Storage | None = None
        if redis_url is not None:
            self._redis, self._shared = _connect(redis_url)
        self._shared_again_at = 0.0

    async def hit(self, item: RateLimitItem, *identifiers: str) -> Window:
        """Count one event of those whom `identifiers` name against the limit `item`."""
        key, reset_after = _window(item, identifiers)
        used = await self._ask(lambda storage: storage.incr(key, item.get_expiry()))
        return Window(item.amount, used, reset_after)

    async def peek(self, item: RateLimitItem, *identifiers: str) -> Window:
        """Where somebody stands against a limit, without counting."""
        key, reset_after = _window(item, identifiers)
        used = await self._ask(lambda storage: storage.get(key))
        return Window(item.amount, used, reset_after)

    async def clear(self, item: RateLimitItem, *identifiers: str) -> None:
        """Forget what was counted in the running window."""
        key, _ = _window(item, identifiers)
        await self._ask(lambda storage: storage.clear(key))

    async def reset(self) -> None:
        """Forget everything that was counted, for everybody."""
        await self._ask(lambda storage: storage.reset())

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._redis is not None:
            await self._redis.disconnect()

    async def _ask(self, question: Callable[[Storage], Awaitable[_T]]) -> _T:
        """Ask the shared storage, or the local one while the shared one fails."""
        if self._shared is not None and time.monotonic() >= self._shared_again_at:
            try:
                return await question(self._shared)
            except StorageError as error:
                self._shared_again_at = time.monotonic() + _REDIS_PAUSE
                logger.warning("redis failed, counting in this process", error=repr(error))
        return await question(self._local)


class MemoryStorage(Storage):
    """Counters in a dictionary.

    The storage of this name in `limits` walks over its keys while it counts (measured: 1.6 ms a
    hit with 20,000 keys); this one forgets what has expired once a minute.
    """

    STORAGE_SCHEME = None  # made directly, never by a URL

    def __init__(self) -> None:
        """Begin with no counters."""
        super().__init__()
        self._counters: dict[str, tuple[int, float]] = {}
        self._sweep_at = time.monotonic() + _SWEEP_INTERVAL

    @property
    def base_exceptions(self) -> type[Exception]:
        """What counting may raise."""
        return StorageError

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter, which lives for `expiry` seconds from its first use; its new value."""
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep(now)
        count, expires_at = self._counters.get(key, (0, 0.0))
        if expires_at <= now:
            count, expires_at = 0, now + expiry
        self._counters[key] = (count + amount, expires_at)
        return count + amount

    async def get(self, key: str) -> int:
        """The value of a counter, 0 if there is none."""
        count, expires_at = self._counters.get(key, (0, 0.0))
        return count if expires_at > time.monotonic() else 0

    async def get_expiry(self, key: str) -> float:
        """When a counter ends, in seconds since the epoch."""
        _, expires_at = self._counters.get(key, (0, 0.0))
        return time.time() + max(0.0, expires_at - time.monotonic())

    async def check(self) -> bool:
        """Memory is always there."""
        return True

    async def reset(self) -> int | None:
        """Drop all counters; how many there were."""
        count = len(self._counters)
        self._counters.clear()
        return count

    async def clear(self, key: str) -> None:
        """Drop one counter."""
        self._counters.pop(key, None)

    def _sweep(self, now: float) -> None:
        """Drop the counters that have expired."""
        self._counters = {
            key: (count, expires_at)
            for key, (count, expires_at) in self._counters.items()
            if expires_at > now
        }
        self._sweep_at = now + _SWEEP_INTERVAL


@lru_cache
def get_rate_limiter() -> RateLimiter:
    """The one rate limiter of this process, as the settings want it."""
    return RateLimiter(get_settings().redis_url)


def _connect(url: str) -> "tuple[ConnectionPool, Storage]":
    """Return connections to Redis, and the counters there.

    A connection answers within half a second, or on a second try within another, or fails.
    """
    # Only here, since it takes a sixth of the time in which the application starts.
    from redis.asyncio import ConnectionPool
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    connections: ConnectionPool = ConnectionPool.from_url(
        url,
        socket_timeout=_REDIS_TIMEOUT,
        socket_connect_timeout=_REDIS_TIMEOUT,
        retry=Retry(NoBackoff(), retries=1),
    )
    options: dict[str, Any] = {"connection_pool": connections, "implementation": "redispy"}
    return connections, RedisStorage(f"async+{url}", wrap_exceptions=True, **options)


def _window(item: RateLimitItem, identifiers: tuple[str, ...]) -> tuple[str, int]:
    """The key of the running window, and in how many whole seconds the window ends."""
    length = item.get_expiry()
    number, elapsed = divmod(int(time.time()), length)
    return f"{'/'.join(identifiers)}/{item.amount}/{length}/{number}", length - elapsed
