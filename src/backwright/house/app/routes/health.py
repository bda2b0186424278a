"""What a load balancer asks: is the process alive, and can it serve?"""

import asyncio
from typing import Any

from fastapi import Request
from pydantic import BaseModel
from sqlmodel import select

from app.config import Settings
from app.database import Database
from app.exceptions import ServiceUnavailableError
from app.logs import get_logger
from app.responses import ErrorBody
from app.routing import Router

router = Router(prefix="/health", tags=["health"])

_RETRY_SECONDS = 5
UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: {"model": ErrorBody, "description": "The database does not answer"}
}

logger = get_logger(__name__)


class Health(BaseModel):
    """The state of the application."""

    status: str = "ok"


@router.get("/live")
async def read_liveness() -> Health:
    """Answer as long as the process runs: if this fails, restart it."""
    return Health()


@router.get("/ready", responses=UNAVAILABLE)
async def read_readiness(request: Request) -> Health:
    """Ask the database; if it does not answer in time, send no requests here for now.

    Redis and a replica are not asked: without them requests are served all the same.
    """
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    try:
        async with asyncio.timeout(settings.readiness_seconds):
            await database.session().scalar(select(1))
    except Exception as error:
        cause = error.__cause__ if isinstance(error, ServiceUnavailableError) else error
        logger.warning("database not ready", error=repr(cause))
        raise ServiceUnavailableError("Database not available", _RETRY_SECONDS) from error
    return Health()
