from fastapi import APIRouter, FastAPI


def make_router(name: str) -> APIRouter:
    router = APIRouter(prefix=f"/{name}")

    @router.get("")
    def read_all():
        return []

    @router.delete("/{key}")
    def remove(key: int):
        return None

    return router


ROUTERS = [make_router(name) for name in ("apples", "pears")]
BY_VERSION = {"v1": ROUTERS[:1], "v2": ROUTERS}

app = FastAPI()
for version, routers in BY_VERSION.items():
    for router in routers:
        if version == "v1" and router.prefix == "/pears":
            continue
        app.include_router(router, prefix=f"/{version}")
