import uvicorn
from fastapi import APIRouter, FastAPI


class Server:
    def __init__(self, prefix: str) -> None:
        self.__prefix = prefix

    def _get_app(self) -> FastAPI:
        app = FastAPI()
        router = APIRouter()

        @router.get("/things")
        def things():
            return []

        app.include_router(router, prefix=self.__prefix)
        return app

    def run(self) -> None:
        uvicorn.run(self._get_app())
