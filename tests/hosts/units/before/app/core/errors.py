from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse


class AppError(Exception):
    status_code = 400

    def __init__(self, message: str) -> None:
        self.message = message


class NotFoundError(AppError):
    status_code = 404


class ConflictError(AppError):
    status_code = 409


def install(app: FastAPI) -> None:
    @app.exception_handler(AppError)
    async def answer(_: Request, error: AppError) -> JSONResponse:
        return JSONResponse({"error": error.message}, status_code=error.status_code)
