"""A bound on guesses at passwords: so many per account, and so many failures per address.

An account is locked whether it exists or not, so the lock tells nothing about that. Its lock ends
with the window, or at once by a password reset, so that locking others out does not pay. Attempts
at an account are counted before the password is looked at: a burst of parallel guesses gets no
further than the same guesses in a row. An address is charged for failures only, after the password
was looked at, so that an office behind one address is not locked out by its own successful logins;
a burst that is spread over many accounts can pass that limit by as many guesses as are under way
at once, which the queue for hashing bounds. Its registrations have an equal limit.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from limits import parse

from app.config import get_settings
from app.exceptions import TooManyRequestsError
from app.middleware.rate_limit import client_address
from app.rate_limit import RateLimiter, get_rate_limiter

_LOGIN = "login"
_REGISTRATION = "registration"


@dataclass(frozen=True, slots=True)
class LoginThrottle:
    """Counts the guesses that come from one client's address."""

    limiter: RateLimiter
    address: str

    async def admit(self, email: str) -> None:
        """Count a guess at an account.

        Raises:
            TooManyRequestsError: When there were too many at the account or from the address.
        """
        settings = get_settings()
        address = await self.limiter.peek(
            parse(settings.login_limit_per_address), _LOGIN, self.address
        )
        if address.remaining == 0:
            raise _refusal(address.reset_after)
        account = await self.limiter.hit(
            parse(settings.login_limit_per_account), _LOGIN, email_digest(email)
        )
        if account.exceeded:
            raise _refusal(account.reset_after)

    async def charge(self) -> None:
        """Count a failure against the address."""
        limit = parse(get_settings().login_limit_per_address)
        await self.limiter.hit(limit, _LOGIN, self.address)

    async def admit_registration(self) -> None:
        """Count a registration; each costs as much work as a login, and a mail to somebody.

        Raises:
            TooManyRequestsError: When there were too many from the address.
        """
        limit = parse(get_settings().login_limit_per_address)
        window = await self.limiter.hit(limit, _REGISTRATION, self.address)
        if window.exceeded:
            raise _refusal(window.reset_after)

    async def forgive(self, email: str) -> None:
        """Forget the guesses at an account, because its owner has come."""
        limit = parse(get_settings().login_limit_per_account)
        await self.limiter.clear(limit, _LOGIN, email_digest(email))


def email_digest(email: str) -> str:
    """Name an account in a counter's key, so that no address is stored with the counters."""
    return hashlib.sha256(email.encode(errors="surrogatepass")).hexdigest()


def get_login_throttle(
    request: Request, limiter: Annotated[RateLimiter, Depends(get_rate_limiter)]
) -> LoginThrottle:
    """Return the throttle for the client of a request (a FastAPI dependency)."""
    return LoginThrottle(limiter, client_address(request.scope))


LoginThrottleDep = Annotated[LoginThrottle, Depends(get_login_throttle)]


def _refusal(retry_after: int) -> TooManyRequestsError:
    """Say how long to wait, and not which of the two limits it was."""
    return TooManyRequestsError(f"Too many attempts, try again in {retry_after} s", retry_after)
