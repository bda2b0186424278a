"""Mail to users: one small interface, with the console as its default.

Set `MAIL_URL` to `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465` (TLS) to send
for real. A mail may carry a one-time token, so its text is shown in development only; in production
no mail goes over a connection without TLS, and the SMTP password nowhere.
"""

import asyncio
import smtplib
import ssl
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit

from email_validator import validate_email

from app.config import get_settings
from app.logs import get_logger

logger = get_logger(__name__)

SMTP_TIMEOUT_SECONDS = 10
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class Mail:
    """A plain-text mail to one recipient."""

    recipient: str
    subject: str
    text: str


class Mailer(Protocol):
    """Whatever can send a mail."""

    async def send(self, mail: Mail) -> None:
        """Send one mail.

        Raises:
            OSError: When it cannot be handed over (smtplib's errors are of that family too).
        """


@dataclass(frozen=True)
class ConsoleMailer:
    """Writes mails to the terminal instead of sending them."""

    show_text: bool
    """Whether the text, and with it the token, is written too: in development only."""

    async def send(self, mail: Mail) -> None:
        """Write the mail to the terminal, past the log, which takes tokens out of its lines."""
        if not self.show_text:
            logger.error("mail not sent: MAIL_URL is not set", subject=mail.subject)
            return
        sys.stdout.write(f"\nTo: {mail.recipient}\nSubject: {mail.subject}\n\n{mail.text}\n\n")
        sys.stdout.flush()


@dataclass(frozen=True)
class SmtpMailer:
    """Hands mails to an SMTP server."""

    url: str
    sender: str
    require_tls: bool = False
    """Whether a server without TLS gets no mail: in production, since mails carry tokens."""

    async def send(self, mail: Mail) -> None:
        """Send the mail from a thread, because smtplib blocks."""
        await asyncio.to_thread(self._deliver, compose(mail, self.sender))

    def _deliver(self, message: EmailMessage) -> None:
        """Open a connection, sign in if the URL names a user, and hand the message over."""
        url = urlsplit(self.url)
        with self._connect(url.scheme, url.hostname or "localhost", url.port) as server:
            secured = isinstance(server.sock, ssl.SSLSocket)
            if not secured and (self.require_tls or url.username):
                raise smtplib.SMTPNotSupportedError("The mail server offers no STARTTLS")
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)

    def _connect(self, scheme: str, host: str, port: int | None) -> smtplib.SMTP:
        """Connect by TLS at once (`smtps`), or by STARTTLS wherever the server offers it."""
        port = port or DEFAULT_PORTS[scheme]
        context = ssl.create_default_context()
        if scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=SMTP_TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(host, port, timeout=SMTP_TIMEOUT_SECONDS)
        try:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server


def compose(mail: Mail, sender: str) -> EmailMessage:
    """Build the message; `EmailMessage` refuses line breaks in a header with `ValueError`."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = _with_ascii_domain(mail.recipient)
    message["Subject"] = mail.subject
    message.set_content(mail.text)
    return message


def _with_ascii_domain(address: str) -> str:
    """Write the domain of an address as every mail server understands it: `xn--…` for `é`."""
    if address.isascii():
        return address
    parts = validate_email(address, check_deliverability=False)
    return f"{parts.local_part}@{parts.ascii_domain}"


def get_mailer() -> Mailer:
    """Return the mailer that the settings ask for (a FastAPI dependency)."""
    settings = get_settings()
    if settings.mail_url:
        production = settings.environment == "production"
        url = settings.mail_url.get_secret_value()
        return SmtpMailer(url, settings.mail_from, require_tls=production)
    return ConsoleMailer(show_text=settings.environment == "development")
