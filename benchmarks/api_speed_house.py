"""The house with no more around it than the template has: CORS, and nothing else.

As it is, it also limits rates and bodies, gives requests an id, logs them, sends security headers
and answers unexpected errors itself; the benchmark measures both.
"""

from app import main
from app.config import Settings
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


def add_cors(app: FastAPI, settings: Settings) -> None:
    """Put the one middleware of the template around the application."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
    )


main.add_middlewares = add_cors
app = main.create_app()
