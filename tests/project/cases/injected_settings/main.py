from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from pydantic_settings import BaseSettings
from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class Settings(BaseSettings):
    without_login: str = "false"
    logs: str | None = None


def get_settings(settings: Settings = Settings()) -> Settings:
    return settings


class _Inject:
    _dependencies: dict = {}

    @classmethod
    def __call__(cls, make):
        try:
            return cls._dependencies[make]()
        except KeyError:
            return make()


Inject = _Inject()


class Job(SQLModel, table=True):
    id: int = Field(primary_key=True)
    dataset_id: int
    note: str = None
    __table_args__ = (
        Index("one_open_job", "dataset_id", unique=True, postgresql_where=text("open")),
    )


def login_router() -> APIRouter:
    router = APIRouter()

    @router.post("/login")
    def login():
        return {}

    @router.post("/logout")
    def logout():
        return {}

    if Inject(get_settings).without_login == "true":
        router.routes = [one for one in router.routes if not one.path.startswith("/login")]
    return router


auth = APIRouter(prefix="/auth")
auth.include_router(login_router(), prefix="/token")
for context in iter_route_contexts(auth.routes):
    if not context.original_route.path.endswith("/"):
        context.original_route.path = f"{context.original_route.path}/"
app = FastAPI()
app.include_router(auth)
