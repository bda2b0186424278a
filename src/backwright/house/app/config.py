"""Settings, read from the environment and from `.env`."""

import ipaddress
import re
from functools import lru_cache
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from limits import parse
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEVELOPMENT_SECRET_KEY = "development-only-secret-key-never-use-it-in-production"  # noqa: S105
SHORTEST_SECRET_KEY = 32
LOWEST_BCRYPT_COST = 10
THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
# Whose defaults are for development: who sends mails in production, and where their links lead to.
MAIL_SETTINGS = ("mail_from", "frontend_url")

_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?")


def _split(value: object) -> object:
    """Read "a, b" as two values, since a list in JSON is hard to quote in an environment."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _check_origin(origin: str) -> str:
    """Refuse what no browser ever sends as its origin, such as a URL with a path."""
    if origin != "*" and not _ORIGIN.fullmatch(origin):
        raise ValueError(f'"{origin}" is not an origin: write it like https://app.example.com')
    return origin


def _check_network(network: str) -> str:
    """Refuse what is neither an address nor a network of addresses."""
    ipaddress.ip_network(network)
    return network


def _check_rate(rate: str) -> str:
    """Refuse what does not read like "300/minute"."""
    parse(rate)
    return rate


def _check_mail_url(url: SecretStr) -> SecretStr:
    """Refuse what mail cannot be sent by, without repeating its password."""
    if urlsplit(url.get_secret_value()).scheme not in ("smtp", "smtps"):
        raise ValueError("it must begin with smtp:// or smtps://")
    return url


def _check_frontend_url(url: str) -> str:
    """Refuse what no link can begin with; links bring the slash behind it themselves."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("it must begin with https:// or http://")
    return url.rstrip("/")


Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_check_origin)], ...], NoDecode, BeforeValidator(_split)
]
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_check_network)], ...], NoDecode, BeforeValidator(_split)
]
Rate = Annotated[str, AfterValidator(_check_rate)]


class Settings(BaseSettings):
    """Everything that differs between one place the application runs in and another."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Literal["development", "test", "production"] = "development"
    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET_KEY)

    # Database; URLs that may hold a password are not shown with the other settings
    database_url: str = Field(default="postgresql://app:app@localhost:5432/app", repr=False)
    database_replica_url: str | None = Field(default=None, repr=False)
    database_pool_size: int = Field(default=10, ge=1)
    # 0 behind a pooler that cannot carry prepared statements (PgBouncer before 1.21).
    database_prepared_statements: int = Field(default=256, ge=0)
    # How long a statement may take, and how long a request waits for a free connection.
    database_timeout_seconds: float = Field(default=30.0, gt=0)
    database_pool_timeout_seconds: float = Field(default=5.0, gt=0)

    # Authentication
    access_token_minutes: int = Field(default=15, ge=1)
    session_days: int = Field(default=30, ge=1)
    # How long after its use a refresh token that comes again is taken for a race, not a theft.
    refresh_reuse_grace_seconds: int = Field(default=5, ge=0)
    reset_token_minutes: int = Field(default=30, ge=1)
    verification_token_hours: int = Field(default=24, ge=1)
    # Unset: in production only. Without it, whoever registers an address and logs in with it
    # learns that nobody had it before.
    require_verified_email: bool | None = None
    # Attempts at an account; failures, and as many registrations, from an address.
    login_limit_per_account: Rate = "10/15 minutes"
    login_limit_per_address: Rate = "100/15 minutes"
    mail_limit_per_recipient: Rate = "5/hour"

    # Password hashing
    bcrypt_cost: int = Field(default=12, ge=4, le=16)
    # Of each server worker; unset: its part of the processors, 4 at most.
    password_hash_workers: int | None = Field(default=None, ge=1)
    password_hash_queue: int = Field(default=20, ge=0)
    password_hash_niceness: int = Field(default=10, ge=0, le=19)

    # Mail: smtp://user:password@host:587 or smtps://user:password@host:465; unset: the terminal
    mail_url: Annotated[SecretStr, AfterValidator(_check_mail_url)] | None = None
    mail_from: str = "noreply@example.com"
    # A mail is prepared at a random moment within so many seconds of the answer.
    mail_delay_seconds: float = Field(default=1.0, ge=0)
    # Where the links in mails lead to.
    frontend_url: Annotated[str, AfterValidator(_check_frontend_url)] = "http://localhost:3000"

    # Server
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1)
    # After a signal to stop, requests that have begun get so many seconds to end.
    shutdown_seconds: int = Field(default=30, ge=0)
    # Whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or networks of proxies.
    trusted_proxies: Networks = ()
    max_body_bytes: int = Field(default=1_048_576, ge=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    # The description of the API and its pages, /docs and /redoc. Unset: everywhere but in production.
    api_docs: bool | None = None
    # How long the readiness check waits for the database.
    readiness_seconds: float = Field(default=2.0, gt=0)

    # Limits, such as "300/minute"; counted in memory, or with Redis for all workers together.
    rate_limit_per_address: Rate = "300/minute"
    rate_limit_per_user: Rate = "1200/minute"
    redis_url: str | None = Field(default=None, repr=False)

    # Browsers on other origins; in production none unless set.
    cors_origins: Origins = ("http://localhost:3000", "http://localhost:5173")
    cors_allow_credentials: bool = False

    @model_validator(mode="after")
    def _refuse_weak_secret_key(self) -> Self:
        """Refuse a key that others know or could guess where others come: they could be anybody."""
        if self.environment != "production" and self.host in THIS_MACHINE:
            return self
        key = self.secret_key.get_secret_value()
        if key == DEVELOPMENT_SECRET_KEY or len(key) < SHORTEST_SECRET_KEY or len(set(key)) < 8:
            raise ValueError(
                f"SECRET_KEY must be set to at least {SHORTEST_SECRET_KEY} random characters; "
                "`openssl rand -hex 32` makes one"
            )
        return self

    @model_validator(mode="after")
    def _complete_authentication(self) -> Self:
        """Refuse a low cost of hashing in production, and decide whether addresses are proved.

        They are in production, unless somebody set it otherwise.
        """
        production = self.environment == "production"
        if production and self.bcrypt_cost < LOWEST_BCRYPT_COST:
            raise ValueError(f"BCRYPT_COST must be at least {LOWEST_BCRYPT_COST}")
        if self.require_verified_email is None:
            self.require_verified_email = production
        return self

    @model_validator(mode="after")
    def _refuse_mail_that_never_arrives(self) -> Self:
        """Refuse, in production, to start without what mails need: nobody could ever log in."""
        if self.environment != "production":
            return self
        if self.mail_url is not None:
            missing = [name for name in MAIL_SETTINGS if name not in self.model_fields_set]
            if missing:
                names = " and ".join(name.upper() for name in missing)
                raise ValueError(f"{names} must be set, since MAIL_URL is")
        elif self.require_verified_email:
            raise ValueError(
                "MAIL_URL must be set, or nobody could confirm an address and log in; "
                "REQUIRE_VERIFIED_EMAIL=false lets users log in without"
            )
        return self

    @model_validator(mode="after")
    def _close_docs(self) -> Self:
        """Hide the description of the API in production, unless somebody decided otherwise."""
        if self.api_docs is None:
            self.api_docs = self.environment != "production"
        return self

    @model_validator(mode="after")
    def _refuse_open_cors(self) -> Self:
        """Refuse "*" with cookies, and let no origin in by default in production.

        Otherwise every site could act with the cookies of its visitors.
        """
        if self.environment == "production" and "cors_origins" not in self.model_fields_set:
            self.cors_origins = ()
        if "*" in self.cors_origins and self.cors_allow_credentials:
            raise ValueError('CORS_ORIGINS must not be "*" while CORS_ALLOW_CREDENTIALS is true')
        return self


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
