"""What is mailed to users, and when; everything that differs between known and unknown addresses.

It runs after the answer was sent, so no answer takes longer where a mail is due. It begins at a
random moment, or whoever asked would feel the work of a mail in the time of their next request; and
with a few mails an hour to one recipient there is nothing to average over. It opens sessions of its
own, because that of the request is over. Mail goes to the address in the database,
never to the one that a request spelled: two addresses that look the same to a database collation
may have two owners.
"""

from asyncio import sleep
from dataclasses import dataclass
from random import SystemRandom
from typing import Annotated

from fastapi import Depends, Request
from limits import parse

from app.config import get_settings
from app.database import Database
from app.exceptions import ConflictError
from app.login_throttle import email_digest
from app.logs import get_logger
from app.mail import Mail, Mailer, get_mailer
from app.models import TokenPurpose
from app.rate_limit import RateLimiter, get_rate_limiter
from app.services import auth_mails
from app.services.auth_service import Account, find_account
from app.services.auth_tokens import create_one_time_token

logger = get_logger(__name__)
random = SystemRandom()


@dataclass(frozen=True, slots=True)
class MailService:
    """Finds out which mail is due, makes its token, and sends it."""

    database: Database
    mailer: Mailer
    limiter: RateLimiter

    async def registered(self, email: str, *, new: bool) -> None:
        """After a registration: a link to a new user, a hint to one who had an account."""
        await _random_delay()
        if new:
            await self._send_if_unconfirmed(email)
        else:
            await self._send_hint(email)

    async def verification_requested(self, email: str) -> None:
        """Send a link that confirms the address, if it has an account and is not confirmed yet."""
        await _random_delay()
        await self._send_if_unconfirmed(email)

    async def reset_requested(self, email: str) -> None:
        """Send a link to a new password, if the address has an account."""
        await _random_delay()
        account = await find_account(self.database.session(), email)
        if account is None or not account.is_active or not await self._admit("reset", email):
            return
        token = await self._token(account, TokenPurpose.RESET_PASSWORD, account.email)
        if token is not None:
            await self._send(auth_mails.reset_password_mail(account.email, token))

    async def email_change_requested(self, account: Account, email: str) -> None:
        """Send a link to the new address, unless it has an account, and a warning to the old."""
        await _random_delay()
        if not await self._admit("change", account.email):
            return
        await self._send(auth_mails.email_change_mail(account.email))
        if email != account.email and await find_account(self.database.session(), email):
            await self._send_hint(email)
        else:
            await self._send_confirmation(account, email)

    async def password_changed(self, email: str) -> None:
        """Tell a user about their new password."""
        await self._send(auth_mails.password_changed_mail(email))

    async def _send_if_unconfirmed(self, email: str) -> None:
        """Send the link to an account that waits for it."""
        account = await find_account(self.database.session(), email)
        if account is None or not account.is_active or account.email_verified_at is not None:
            return
        await self._send_confirmation(account, email)

    async def _send_hint(self, email: str) -> None:
        """Tell the owner of an address that somebody tried to use it for an account."""
        if await self._admit("known", email):
            await self._send(auth_mails.already_registered_mail(email))

    async def _send_confirmation(self, account: Account, email: str) -> None:
        """Send a link that makes an address the account's confirmed one."""
        if not await self._admit("confirm", email):
            return
        token = await self._token(account, TokenPurpose.CONFIRM_EMAIL, email)
        if token is not None:
            await self._send(auth_mails.confirm_email_mail(email, token))

    async def _admit(self, kind: str, email: str) -> bool:
        """Count a mail, and return whether its recipient may get one more of the kind."""
        limit = parse(get_settings().mail_limit_per_recipient)
        window = await self.limiter.hit(limit, "mail", kind, email_digest(email))
        return not window.exceeded

    async def _token(self, account: Account, purpose: TokenPurpose, email: str) -> str | None:
        """Make a one-time token; None if another request made one, or the password has changed."""
        session = self.database.session()
        try:
            return await create_one_time_token(
                session, account.id, purpose, email, password_hash=account.password_hash
            )
        except ConflictError:
            return None

    async def _send(self, mail: Mail) -> None:
        """Send a mail; if that fails, note it without the text, which may hold a token."""
        try:
            await self.mailer.send(mail)
        except OSError as error:
            logger.error("mail not sent", subject=mail.subject, error=type(error).__name__)


def get_mail_service(
    request: Request,
    mailer: Annotated[Mailer, Depends(get_mailer)],
    limiter: Annotated[RateLimiter, Depends(get_rate_limiter)],
) -> MailService:
    """Return the mail service of a request (a FastAPI dependency)."""
    return MailService(request.app.state.database, mailer, limiter)


async def _random_delay() -> None:
    """Wait, for a time that nobody can know."""
    await sleep(random.uniform(0, get_settings().mail_delay_seconds))


MailServiceDep = Annotated[MailService, Depends(get_mail_service)]
