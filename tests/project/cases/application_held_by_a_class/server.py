from fastapi import APIRouter, FastAPI

things = APIRouter()


@things.get("/things")
def list_things() -> list[str]:
    return []


class Server:
    def __init__(self, config: dict[str, object]) -> None:
        self._config = config
        self.app = FastAPI(docs_url="/docs" if config.get("documented") else None)
        self._add_routes(self.app)

    def _add_routes(self, app: FastAPI) -> None:
        app.include_router(things, prefix="/api")


class Worker:
    def health(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/health", lambda: "ok")
        return app
