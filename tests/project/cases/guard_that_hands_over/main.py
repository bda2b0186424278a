from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware

PUBLIC = {"/login", "/about"}
app = FastAPI()


class Guard:
    """The one that looks: at the path, then at the header."""

    async def dispatch(self, request: Request, call_next):
        if request.url.path in PUBLIC:
            return await call_next(request)
        if not request.headers.get("Authorization"):
            return JSONResponse(status_code=401, content={})
        return await call_next(request)


class Switch(BaseHTTPMiddleware):
    """Speaks of authorization, but not of the path: that is for the guard behind it."""

    def __init__(self, app):
        super().__init__(app)
        self.guard = Guard()

    async def dispatch(self, request: Request, call_next):
        return await self.guard.dispatch(request, call_next)


class OnlyReaders:
    """Two of these are alike, and still ask about the path by a function of their own."""

    def __init__(self, *names: str):
        self.names = names

    def __call__(self, request: Request):
        refuse_writers(request)


def refuse_writers(request: Request):
    if request.method != "GET" and not request.cookies.get("session"):
        raise HTTPException(403)


inner = FastAPI(dependencies=[Depends(OnlyReaders("all"))])


@inner.get("/pages", dependencies=[Depends(OnlyReaders("all"))])
def pages():
    return []


@inner.post("/pages", dependencies=[Depends(OnlyReaders("all"))])
def add_page():
    return {}


app.add_middleware(Switch)


@app.post("/login")
def login():
    return 1


@app.get("/items")
def items():
    return []


@app.get("/about")
def about():
    return 1
