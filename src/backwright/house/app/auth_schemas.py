"""What clients send and what they get: accounts, sessions and passwords."""

import unicodedata
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)

from app.fields import STORABLE, DateTime, Email, Input

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
LONGEST_ATTEMPT = 1024  # at a password, which may be older than the bound above


def _normalize_email(address: str) -> str:
    """Write an address in the one form that is stored and looked up: addresses have no case."""
    return unicodedata.normalize("NFC", address.lower())


def _refuse_unencodable(secret: SecretStr) -> SecretStr:
    """Refuse half of a surrogate pair: JSON can spell it, but it is no text and has no bytes."""
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError as error:
        raise ValueError("must be valid Unicode") from error
    return secret


def _check_length(password: SecretStr) -> SecretStr:
    """Refuse a password that is soon guessed, and one that takes long to hash."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ValueError(f"must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return password


Secret = Annotated[SecretStr, AfterValidator(_refuse_unencodable)]
"""A text that shows up in no log and no error."""

AccountEmail = Annotated[Email, AfterValidator(_normalize_email)]
"""An address; two that differ in case only are the same."""

_EMAIL = TypeAdapter[str](AccountEmail)

NewPassword = Annotated[
    Secret,
    AfterValidator(_check_length),
    Field(json_schema_extra={"minLength": SHORTEST_PASSWORD, "maxLength": LONGEST_PASSWORD}),
]
"""A password to be set. Its letters are counted, not its bytes; see `passwords.py` for those."""

Password = Annotated[Secret, Field(max_length=LONGEST_ATTEMPT)]
"""A password to be compared: an old one may be of any form."""

OneTimeSecret = Annotated[Secret, Field(max_length=128)]
"""A token that came by mail."""


class UserCreate(Input):
    """Fields for registering."""

    email: AccountEmail
    password: NewPassword
    full_name: Annotated[str, Field(max_length=200), STORABLE] | None = None


class UserUpdate(Input):
    """What a user may change of their account; address and password have endpoints of their own."""

    full_name: Annotated[str, Field(max_length=200), STORABLE] | None = None


class UserPublic(BaseModel):
    """What a user sees of themselves."""

    id: UUID
    email: str
    full_name: str | None
    email_verified_at: DateTime | None
    created_at: DateTime
    updated_at: DateTime


class TokenPair(BaseModel):
    """The answer to a login, in the form of OAuth 2.0 (RFC 6749, section 5.1)."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int
    """Seconds until the access token expires."""


class TokenRefresh(Input):
    """A refresh token, to be exchanged for a new pair."""

    refresh_token: Annotated[Secret, Field(max_length=4096)]


class SessionPublic(BaseModel):
    """One of the places where a user is logged in."""

    id: UUID
    created_at: DateTime
    last_used_at: DateTime
    expires_at: DateTime
    user_agent: str | None
    current: bool
    """Whether it is the one that asks."""


class SessionList(BaseModel):
    """The places where a user is logged in."""

    items: list[SessionPublic]


class PasswordChange(Input):
    """A new password, and the old one as proof."""

    current_password: Password
    new_password: NewPassword


class PasswordResetRequest(Input):
    """The address to send a reset link to."""

    email: AccountEmail


class PasswordReset(Input):
    """A new password, and the token of the reset link as proof."""

    token: OneTimeSecret
    new_password: NewPassword


class EmailVerificationRequest(Input):
    """The address to send a verification link to."""

    email: AccountEmail


class EmailVerification(Input):
    """The token of a verification link."""

    token: OneTimeSecret


class EmailChange(Input):
    """A new address, and the password as proof."""

    email: AccountEmail
    password: Password


class AccountDeletion(Input):
    """The password, as proof that it is the owner who deletes the account."""

    password: Password


class Message(BaseModel):
    """A message. It does not tell whether an address has an account."""

    message: str


def parse_email(text: str) -> str | None:
    """Return an address in its normal form; None for what cannot be one."""
    try:
        return _EMAIL.validate_python(text)
    except ValidationError:
        return None
