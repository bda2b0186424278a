"""A small application inside the real middlewares, without a database."""

from typing import Any

from fastapi import FastAPI, HTTPException, Request
from httpx import ASGITransport, AsyncClient
from pydantic_settings import PydanticBaseSettingsSource

from app.config import Settings
from app.exceptions import add_error_handlers
from app.middleware.stack import add_middlewares

ORIGIN = "https://app.example.com"
CANARY = "canary-8f3c1e"
SECRET_KEY = "0123456789abcdef" * 4


class ExplicitSettings(Settings):
    """Settings that no file and no environment can change."""

    @classmethod
    def settings_customise_sources(
        cls, *_args: Any, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what was passed, and nothing else."""
        return (sources["init_settings"],)


def make_settings(**values: Any) -> Settings:
    """Return the default settings of tests, but for these."""
    return ExplicitSettings(**{"environment": "test", "secret_key": SECRET_KEY, **values})


def make_app(settings: Settings) -> FastAPI:
    """An application that works, fails as expected, and breaks."""
    app = FastAPI()
    add_error_handlers(app)
    add_middlewares(app, settings)

    @app.get("/works")
    async def works() -> str:
        return "works"

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.get("/fails")
    async def fails() -> None:
        raise HTTPException(404, {"error": "Nothing there"})

    @app.get("/breaks")
    async def breaks() -> None:
        password = CANARY
        raise RuntimeError(f"could not sign in with password={password}")

    return app


def make_client(settings: Settings, **headers: str) -> AsyncClient:
    """A client of such an application."""
    transport = ASGITransport(make_app(settings))
    return AsyncClient(transport=transport, base_url="http://test", headers=headers)
