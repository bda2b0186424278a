from fastapi import APIRouter


class Music:
    routes = APIRouter(prefix="/music")

    @routes.get("/")
    def read():
        return []
