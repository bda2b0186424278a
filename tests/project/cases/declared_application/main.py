import bootstrapper
import fastapi
from fastapi.middleware.cors import CORSMiddleware
from pydantic_settings import BaseSettings

router = fastapi.APIRouter()


class Settings(BaseSettings):
    ORIGIN: str


settings = Settings()


@router.get("/things")
def things():
    return []


def build() -> fastapi.FastAPI:
    app: fastapi.FastAPI = bootstrapper.Bootstrapper().bootstrap()
    app.include_router(router, prefix="/api")
    app.mount("/ws", bootstrapper.Sockets(app))
    app.add_middleware(CORSMiddleware, allow_origins=[settings.ORIGIN, "http://localhost"])
    return app
