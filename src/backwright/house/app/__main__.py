"""Serve the application with its settings: `python -m app`."""

import uvicorn

from app.config import get_settings
from app.logs import configure_logging


def main() -> None:
    """Run uvicorn until a signal stops it; requests that have begun are answered first."""
    settings = get_settings()
    configure_logging(settings.log_level, settings.log_format)
    uvicorn.run(
        "app.main:app",
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        # The application does both by itself: see app/middleware/stack.py and app/logs.py.
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
    )


if __name__ == "__main__":
    main()
