"""Settings, read from the environment."""

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """What differs between one place that the application runs in and another."""

    secret_key: str = "only-for-tests-of-the-template-0123456789"  # noqa: S105
    cors_origins: list[str] = ["http://localhost:3000"]
    rate_limit: str = "300/minute"
    rate_limit_storage: str = "memory://"
    trusted_proxies: list[str] = []


settings = Settings()
