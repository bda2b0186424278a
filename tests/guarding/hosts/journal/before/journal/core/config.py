from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "postgresql+asyncpg://journal:journal@localhost:5432/journal"


settings = Settings()
