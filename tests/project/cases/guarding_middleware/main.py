import re

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware

PUBLIC = {"/login", "/health"}
DOCS = re.compile(r"^/about/[^/]+$")
app = FastAPI()


class Guard(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        path = request.url.path
        if path in PUBLIC or DOCS.match(path) or request.method == "OPTIONS":
            return await call_next(request)
        token = request.headers.get("Authorization")
        if not token:
            return JSONResponse(status_code=401, content={})
        return await call_next(request)


app.add_middleware(Guard)


@app.post("/login")
def login():
    return 1


@app.get("/about/{page}")
def about(page: str):
    return page


@app.get("/items")
def items():
    return []
