"""Settings of the tides."""

from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What differs between places."""

    model_config = SettingsConfigDict(env_prefix="TIDES_", extra="ignore")

    moon_url: str = "http://localhost:9000"
    secret: str = "a-secret-for-tests-that-is-long-enough"


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
