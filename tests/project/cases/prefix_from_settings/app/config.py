from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    API_PREFIX: str = "/api"
    VERSION: str
    ADMIN_ENABLED: bool = False


settings = Settings()
