from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount, Route

api = FastAPI()


@api.get("/items")
def items():
    return []


def plain(request):
    return None


inner = FastAPI(routes=[Route("/plain", plain), Mount("/deep", app=api)])
app = FastAPI()
app.mount("/v1", api)
app.mount("/static", StaticFiles(directory="static"))
app.mount("/inner", inner)
