"""The application: settings, middlewares, error handlers and routes put together."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.config import get_settings
from app.database import open_database
from app.exceptions import add_error_handlers
from app.logs import configure_logging
from app.middleware.stack import add_middlewares
from app.rate_limit import get_rate_limiter
from app.responses import errors
from app.routes.auth import router as auth_router
from app.routes.categories import router as categories_router
from app.routes.comments import router as comments_router
from app.routes.health import router as health_router
from app.routes.labels import router as labels_router
from app.routes.projects import router as projects_router
from app.routes.tags import router as tags_router
from app.routes.tasks import router as tasks_router

PREFIX = "/api/v1"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Hold the database open while the application runs."""
    try:
        async with open_database(app.state.settings) as database:
            app.state.database = database
            spare_the_garbage_collector()
            yield
    finally:
        await get_rate_limiter().close()


def spare_the_garbage_collector() -> None:
    """Let the collector look less often, and never at what has been loaded by now and stays.

    Otherwise it stops the world for a good part of the time, since an application has hundreds of
    thousands of objects that live as long as it does.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def operation_id(route: APIRoute) -> str:
    """Return the name that generated clients give an operation, without its path in it."""
    return f"{route.tags[0]}-{route.name}" if route.tags else route.name


def create_app() -> FastAPI:
    """Return the application, with the settings of this process."""
    settings = get_settings()
    configure_logging(settings.log_level, settings.log_format)
    app = FastAPI(
        title="House",
        version="0.1.0",
        lifespan=lifespan,
        redirect_slashes=False,  # to where the Host header says
        generate_unique_id_function=operation_id,
        openapi_url="/openapi.json" if settings.api_docs else None,
    )
    app.state.settings = settings
    add_middlewares(app, settings)
    add_error_handlers(app)

    app.include_router(health_router)
    app.include_router(auth_router, prefix=PREFIX, responses=errors(429, 503))
    app.include_router(categories_router, prefix=PREFIX, responses=errors(429, 503))
    app.include_router(comments_router, prefix=PREFIX, responses=errors(429, 503))
    app.include_router(labels_router, prefix=PREFIX, responses=errors(429, 503))
    app.include_router(projects_router, prefix=PREFIX, responses=errors(429, 503))
    app.include_router(tags_router, prefix=PREFIX, responses=errors(429, 503))
    app.include_router(tasks_router, prefix=PREFIX, responses=errors(429, 503))
    return app


app = create_app()
