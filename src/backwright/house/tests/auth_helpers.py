"""What the authentication tests have in common: accounts, tokens, and a mailbox to look into."""

import base64
import hmac
import json
import re
from dataclasses import dataclass, field
from typing import Any

import jwt
from httpx import AsyncClient, Response
from sqlmodel import col, select, update

from app.config import get_settings
from app.database import Session
from app.mail import Mail
from app.models import User

CAROL = "carol@example.com"
PASSWORD = "correct horse battery"
OTHER_PASSWORD = "staple of another kind"

AUTH = "/api/v1/auth"
Tokens = dict[str, Any]


@dataclass
class Mailbox:
    """A mailer that keeps what it should send."""

    mails: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        """Keep a mail."""
        self.mails.append(mail)

    def to(self, recipient: str) -> list[Mail]:
        """Return the mails to one recipient."""
        return [mail for mail in self.mails if mail.recipient == recipient]

    def token(self, recipient: str, page: str) -> str:
        """Return the token of the newest link to a page of the frontend."""
        links = re.compile(rf"/{page}#token=(\S+)")
        found = [match[1] for mail in self.to(recipient) if (match := links.search(mail.text))]
        return found[-1]


async def register(client: AsyncClient, email: str = CAROL, password: str = PASSWORD) -> Response:
    """Register, whatever comes of it."""
    return await client.post(f"{AUTH}/register", json={"email": email, "password": password})


async def try_login(client: AsyncClient, email: str = CAROL, password: str = PASSWORD) -> Response:
    """Log in, whatever comes of it."""
    return await client.post(f"{AUTH}/login", data={"username": email, "password": password})


async def log_in(client: AsyncClient, email: str = CAROL, password: str = PASSWORD) -> Tokens:
    """Log in and return the tokens."""
    response = await try_login(client, email, password)
    assert response.status_code == 200, response.text
    tokens: Tokens = response.json()
    return tokens


async def sign_up(client: AsyncClient, email: str = CAROL, password: str = PASSWORD) -> Tokens:
    """Register and log in, and return the tokens."""
    response = await register(client, email, password)
    assert response.status_code == 202, response.text
    return await log_in(client, email, password)


def bearer(tokens: Tokens | str) -> dict[str, str]:
    """Return the header that presents an access token."""
    token = tokens if isinstance(tokens, str) else tokens["access_token"]
    return {"Authorization": f"Bearer {token}"}


async def read_me(client: AsyncClient, tokens: Tokens | str) -> Response:
    """Ask who the holder of an access token is."""
    return await client.get(f"{AUTH}/me", headers=bearer(tokens))


async def refresh(client: AsyncClient, tokens: Tokens | str) -> Response:
    """Exchange a refresh token, whatever comes of it."""
    token = tokens if isinstance(tokens, str) else tokens["refresh_token"]
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": token})


async def request_reset(client: AsyncClient, mailbox: Mailbox, email: str = CAROL) -> str:
    """Ask for a link to a new password, and return its token."""
    response = await client.post(f"{AUTH}/request-password-reset", json={"email": email})
    assert response.status_code == 202, response.text
    return mailbox.token(email, "reset-password")


async def reset(client: AsyncClient, token: str, password: str = OTHER_PASSWORD) -> Response:
    """Set a new password by a token, whatever comes of it."""
    return await client.post(
        f"{AUTH}/reset-password", json={"token": token, "new_password": password}
    )


async def verify_email(client: AsyncClient, token: str) -> Response:
    """Confirm an address by a token, whatever comes of it."""
    return await client.post(f"{AUTH}/verify-email", json={"token": token})


async def change_password(
    client: AsyncClient, tokens: Tokens, old: str = PASSWORD, new: str = OTHER_PASSWORD
) -> Response:
    """Set a new password by the old one, whatever comes of it."""
    return await client.post(
        f"{AUTH}/change-password",
        json={"current_password": old, "new_password": new},
        headers=bearer(tokens),
    )


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, verified."""
    secret_key = get_settings().secret_key.get_secret_value()
    claims: dict[str, Any] = jwt.decode(token, secret_key, algorithms=["HS256"])
    return claims


def encode(part: object) -> str:
    """Write the header or the payload of a token."""
    return _base64(json.dumps(part).encode())


def sign(claims: dict[str, Any], secret_key: str | None = None, **header: Any) -> str:
    """Sign claims as the application does, or differently; nothing is too odd to be signed."""
    key = get_settings().secret_key.get_secret_value() if secret_key is None else secret_key
    header = {"alg": "HS256", "typ": "JWT"} | header
    message = f"{encode(header)}.{encode(claims)}"
    digest = hmac.digest(key.encode(), message.encode(), f"sha{header['alg'][2:]}")
    return f"{message}.{_base64(digest)}"


def _base64(data: bytes) -> str:
    """Write bytes as tokens do (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def set_user(session: Session, who: str = CAROL, /, **values: Any) -> None:
    """Change a user's row behind the application's back."""
    assert await session.execute(update(User).where(col(User.email) == who).values(**values))


async def user_column(session: Session, name: str, email: str = CAROL) -> Any:
    """Read a column of a user's row."""
    return await session.scalar(select(col(getattr(User, name))).where(col(User.email) == email))


def assert_unauthorized(response: Response) -> None:
    """Check that an answer is the one to strangers: 401, with the scheme to use."""
    assert response.status_code == 401, response.text
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert set(response.json()) == {"detail"}
    assert set(response.json()["detail"]) == {"error"}


def error_of(response: Response) -> str:
    """Return the message of an error."""
    message: str = response.json()["detail"]["error"]
    return message
