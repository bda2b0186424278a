from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, HTTPException, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer, OAuth2PasswordBearer

bearer = OAuth2PasswordBearer(tokenUrl="login")
maybe = HTTPBearer(auto_error=False)
key = APIKeyHeader(name="X-Key")


def optional_user(token=Depends(maybe)):
    if token is None:
        return None
    return token.credentials


def strict_user(user=Depends(optional_user)):
    if not user:
        raise HTTPException(403)
    return user


def swallowed(token=Depends(maybe)):
    try:
        return strict_user(token)
    except HTTPException:
        return None


class Role:
    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, user=Security(strict_user, scopes=["role"])):
        return user


def needs(*permissions: str):
    def check(user: Annotated[str, Depends(strict_user)]):
        return user

    return check


class Pages:
    def __init__(self, limit: int = 10, token: str = Depends(bearer)):
        self.limit = limit


def by_header(authorization: str = Header()):
    return authorization


def by_cookie(request: Request):
    session = request.cookies.get("session_id")
    if session is None:
        raise HTTPException(status_code=401, detail="no session")
    return session


def csrf(x_csrf_token: str = Header(default="")):
    return x_csrf_token


class Refused(Exception):
    """Unauthorized."""


def by_service(request: Request):
    if not request.headers.get("X-API-Key"):
        raise Refused()


app = FastAPI()
router = APIRouter(prefix="/r", dependencies=[Depends(strict_user)])
included = APIRouter(prefix="/i")


@app.get("/open")
def open_():
    return 1


@app.get("/optional")
def optional(user=Depends(optional_user)):
    return user


@app.get("/swallowed")
def swallow(user=Depends(swallowed)):
    return user


@app.get("/instance", dependencies=[Depends(Role("admin"))])
def instance():
    return 1


@app.get("/factory")
def factory(user=Depends(needs("a", "b"))):
    return user


@app.get("/pages")
def pages(page: Pages = Depends()):
    return page


@app.get("/header")
def header(token=Depends(by_header)):
    return token


@app.get("/cookie")
def cookie(token=Depends(by_cookie)):
    return token


@app.get("/csrf")
def protected(token=Depends(csrf)):
    return token


@app.get("/key")
def with_key(value=Security(key)):
    return value


@app.get("/service", dependencies=[Depends(by_service)])
def service():
    return 1


@app.get("/body")
def body(request: Request):
    if request.headers.get("authorization") is None:
        raise HTTPException(status_code=401)
    return 1


@router.get("/x")
def of_router():
    return 1


@included.get("/x")
def of_include():
    return 1


app.include_router(router)
app.include_router(included, dependencies=[Depends(bearer)])
