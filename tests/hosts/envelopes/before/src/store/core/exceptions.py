from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse


class StoreError(Exception):
    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(StoreError):
    status = 404


class BookNotFoundError(NotFoundError):
    def __init__(self, book_id: int) -> None:
        super().__init__(f"Book {book_id} not found")


async def answer(request: Request, error: StoreError) -> JSONResponse:
    body = {"success": False, "data": None, "message": error.message}
    return JSONResponse(body, status_code=error.status)


def add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(StoreError, answer)
