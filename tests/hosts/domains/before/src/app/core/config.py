from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = 'sqlite+aiosqlite:///notebook.db'
    secret_key: str = 'only-for-development-0123456789abcdef'


settings = Settings()
