from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi_utils.cbv import cbv


def signed_in(request: Request):
    if "authorization" not in request.headers:
        raise HTTPException(status_code=401)


class Crud:
    name = "things"

    def __init__(self) -> None:
        self.router = APIRouter(prefix=f"/{self.name}")
        self.router.add_api_route("", self.read_all, methods=["GET"])
        self.register()

    def register(self) -> None:
        pass

    def read_all(self):
        return []


class Books(Crud):
    name = "books"

    def register(self) -> None:
        self.router.add_api_route("/{key}", self.read_one)

    def read_one(self, key: int):
        return key


views = APIRouter()


@cbv(views)
class Views:
    user: dict = Depends(signed_in)

    @views.get("/views")
    def read(self):
        return self.user


app = FastAPI()
app.include_router(Crud().router)
app.include_router(Books().router)
app.include_router(views)
