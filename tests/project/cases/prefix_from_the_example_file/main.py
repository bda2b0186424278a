from fastapi import APIRouter, FastAPI
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    version: str
    secret: str
    title: str = "Shop"


settings = Settings()
app = FastAPI(title=settings.title)
router = APIRouter()


@router.get("/things")
def things():
    return []


app.include_router(router, prefix=f"/api/{settings.version}")
app.include_router(router, prefix=f"/{settings.secret}")
