"""Mail: to the terminal in development, by SMTP where that is set, and no token in any log."""

import smtplib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from pydantic import SecretStr

from app.config import Settings, get_settings
from app.mail import ConsoleMailer, Mail, SmtpMailer, compose, get_mailer
from tests.auth_helpers import CAROL, register
from tests.stack_helpers import make_settings

ANSWERS = {"DATA": b"354 go on", "QUIT": b"221 bye"}
SENDING = {
    "mail_url": "smtps://user:hunter2@mail.example.com",
    "mail_from": "noreply@example.org",
    "frontend_url": "https://app.example.org",
}
MAIL = Mail(CAROL, "Reset your password", "https://example.com/reset-password#token=s3cret")


class SmtpServer(socketserver.ThreadingTCPServer):
    """A mail server that accepts everything and keeps the conversation."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), SmtpConversation)
        self.heard: list[str] = []

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server_address[1]}"


class SmtpConversation(socketserver.StreamRequestHandler):
    """Answers one client (RFC 5321)."""

    def handle(self) -> None:
        """Say yes to everything, and understand the end of the data."""
        server: Any = self.server
        self.wfile.write(b"220 ready\r\n")
        in_data = False
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            server.heard.append(line)
            if in_data and line != ".":
                continue
            in_data = line.upper() == "DATA"
            self.wfile.write(ANSWERS.get(line.upper(), b"250 ok") + b"\r\n")


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A mail server on a free port."""
    with SmtpServer() as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


async def test_smtp_delivers_the_mail(smtp_server: SmtpServer) -> None:
    """Sender, recipient, subject and text arrive."""
    await SmtpMailer(f"smtp://{smtp_server.address}", "noreply@example.com").send(MAIL)
    conversation = "\n".join(smtp_server.heard)
    # commands are the same in either case (RFC 5321, 2.4), and Python's versions differ in it
    assert "mail from:<noreply@example.com>" in conversation.lower()
    assert f"rcpt to:<{CAROL}>" in conversation.lower()
    assert f"Subject: {MAIL.subject}" in conversation
    assert MAIL.text in conversation


async def test_smtp_does_not_send_its_password_in_the_open(smtp_server: SmtpServer) -> None:
    """A server that offers no TLS, or an attacker who hides the offer, gets no password."""
    mailer = SmtpMailer(f"smtp://user:pa%24%24@{smtp_server.address}", "noreply@example.com")
    with pytest.raises(smtplib.SMTPException, match="STARTTLS"):
        await mailer.send(MAIL)
    assert not [line for line in smtp_server.heard if line.upper().startswith(("AUTH", "MAIL"))]


async def test_smtp_in_production_sends_no_mail_in_the_open(smtp_server: SmtpServer) -> None:
    """Whoever reads it on its way could use the link in it."""
    mailer = SmtpMailer(f"smtp://{smtp_server.address}", "noreply@example.com", require_tls=True)
    with pytest.raises(smtplib.SMTPException, match="STARTTLS"):
        await mailer.send(MAIL)
    assert not [line for line in smtp_server.heard if line.upper().startswith("MAIL")]


async def test_smtps_begins_with_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the server's certificate checked."""
    seen: dict[str, Any] = {}

    def connect(host: str, port: int, **options: Any) -> smtplib.SMTP:
        seen.update(options, host=host, port=port)
        raise ConnectionRefusedError

    monkeypatch.setattr(smtplib, "SMTP_SSL", connect)
    with pytest.raises(ConnectionRefusedError):
        await SmtpMailer("smtps://mail.example.com", "noreply@example.com").send(MAIL)
    assert (seen["host"], seen["port"]) == ("mail.example.com", 465)
    assert seen["context"].verify_mode == ssl.CERT_REQUIRED
    assert seen["context"].check_hostname


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("carol@bücher.example", "carol@xn--bcher-kva.example"),
        ("carol@straße.example", "carol@xn--strae-oqa.example"),
        (CAROL, CAROL),
    ],
)
def test_a_domain_goes_out_as_all_mail_servers_know_it(address: str, written: str) -> None:
    """Not all of them take mails with other letters than ASCII in an address (SMTPUTF8)."""
    mail = Mail(address, "Subject", "Text")
    assert compose(mail, "noreply@example.com")["To"] == written


@pytest.mark.parametrize(
    "mail",
    [
        Mail("carol@example.com\nBcc: mallory@example.com", "Subject", "Text"),
        Mail("carol@example.com", "Subject\r\nBcc: mallory@example.com", "Text"),
    ],
    ids=["recipient", "subject"],
)
def test_a_line_break_adds_no_header(mail: Mail) -> None:
    """Header injection."""
    with pytest.raises(ValueError, match="linefeed"):
        compose(mail, "noreply@example.com")


async def test_the_console_shows_the_mail_in_development(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So that the link can be followed by hand."""
    await ConsoleMailer(show_text=True).send(MAIL)
    written = capsys.readouterr().out
    assert MAIL.recipient in written
    assert MAIL.text in written


async def test_elsewhere_the_console_shows_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    """It says that mail is not set up, which somebody has to see to."""
    await ConsoleMailer(show_text=False).send(MAIL)
    written = "".join(capsys.readouterr())
    assert "MAIL_URL" in written
    assert "s3cret" not in written
    assert CAROL not in written


@pytest.mark.parametrize(
    ("environment", "shown"), [("development", True), ("test", False), ("production", False)]
)
def test_only_development_shows_mails(
    monkeypatch: pytest.MonkeyPatch, environment: str, shown: bool
) -> None:
    """The default mailer follows the environment."""
    monkeypatch.setattr(get_settings(), "mail_url", None)
    monkeypatch.setattr(get_settings(), "environment", environment)
    assert get_mailer() == ConsoleMailer(show_text=shown)


@pytest.mark.parametrize(("environment", "secured"), [("development", False), ("production", True)])
def test_a_mail_url_is_used(
    monkeypatch: pytest.MonkeyPatch, environment: str, secured: bool
) -> None:
    """In production with TLS only; and its password shows up in no settings that are printed."""
    monkeypatch.setattr(get_settings(), "environment", environment)
    settings = Settings(mail_url=SecretStr("smtp://user:hunter2@mail.example.com"))
    assert "hunter2" not in repr(settings)
    monkeypatch.setattr(get_settings(), "mail_url", settings.mail_url)
    assert get_mailer() == SmtpMailer(
        "smtp://user:hunter2@mail.example.com", get_settings().mail_from, require_tls=secured
    )


def test_a_wrong_mail_url_is_refused_at_start_without_repeating_it() -> None:
    """The message ends up in a log."""
    with pytest.raises(ValueError, match="smtp://") as refusal:
        Settings(mail_url=SecretStr("http://user:hunter2@mail.example.com"))
    assert "hunter2" not in str(refusal.value)


async def test_a_mail_server_that_is_away_does_not_fail_the_request(
    client: AsyncClient, app: FastAPI, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer has been sent; the failure is noted without the token."""

    class Away:
        async def send(self, mail: Mail) -> None:
            raise ConnectionRefusedError(mail.text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.dependency_overrides, get_mailer, Away)
        assert (await register(client)).status_code == 202
    written = capsys.readouterr().out
    assert "mail not sent" in written
    assert "token=" not in written


def production_settings(**values: Any) -> Settings:
    """Return settings for production, complete but for what mails need."""
    secret_key = "0123456789abcdef" * 4
    return make_settings(environment="production", secret_key=secret_key, **values)


def test_production_wants_a_real_cost_and_proved_addresses() -> None:
    """What is convenient in development is not what goes out."""
    with pytest.raises(ValueError, match="BCRYPT_COST"):
        production_settings(**SENDING, bcrypt_cost=9)
    assert production_settings(**SENDING).require_verified_email
    assert not make_settings(environment="development").require_verified_email


def test_production_does_not_start_where_nobody_could_log_in() -> None:
    """Without mail no address is confirmed; the message says what to set, either way."""
    with pytest.raises(ValueError, match=r"MAIL_URL must be set.*REQUIRE_VERIFIED_EMAIL=false"):
        production_settings()
    assert production_settings(require_verified_email=False).mail_url is None
    assert make_settings(environment="development", require_verified_email=True).mail_url is None


@pytest.mark.parametrize("missing", ["mail_from", "frontend_url"])
def test_production_does_not_send_mails_that_lead_nowhere(missing: str) -> None:
    """The defaults of these are for development, whether addresses must be confirmed or not."""
    given = {name: value for name, value in SENDING.items() if name != missing}
    for required in (True, False):
        with pytest.raises(ValueError, match=f"{missing.upper()} must be set"):
            production_settings(**given, require_verified_email=required)
    assert make_settings(environment="development", **given).mail_url is not None


def test_links_begin_with_the_frontend_whatever_its_spelling() -> None:
    """A slash at the end is no second slash, and what is no URL is refused at the start."""
    assert make_settings(frontend_url="https://a.example/").frontend_url == "https://a.example"
    with pytest.raises(ValueError, match="must begin with https://"):
        make_settings(frontend_url="a.example")
