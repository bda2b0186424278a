from typing import Any

from pydantic import PostgresDsn, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")
    DB_HOST: str = "localhost"
    DB_USER: str
    DB_SECRET: str
    DB_NAME: str = "shop"
    origins: list[str] = ["http://localhost:3000"]

    @property
    def url(self) -> str:
        return str(
            PostgresDsn.build(
                scheme="postgresql+asyncpg",
                username=self.DB_USER,
                password=self.DB_SECRET,
                host=self.DB_HOST,
                path=self.DB_NAME,
            )
        )


settings = Settings()
