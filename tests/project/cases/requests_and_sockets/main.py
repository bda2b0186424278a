from fastapi import Depends, FastAPI, HTTPException, Request, WebSocket


def check(request: Request = None, ws: WebSocket = None):
    if ws:
        return None
    if request.url.path in ["/login"]:
        return None
    if not request.headers.get("Authorization"):
        raise HTTPException(status_code=403)


app = FastAPI(dependencies=[Depends(check)])


@app.post("/login")
def login():
    return {}


@app.get("/things")
def things():
    return []


@app.websocket("/feed")
async def feed(ws: WebSocket):
    await ws.accept()


class Unauthorized(Exception):
    code = 401


class IsMember:
    async def allows(self, request: Request) -> bool:
        return request.user.id is not None


class Permissions:
    def __init__(self, needed: list[type]) -> None:
        self.needed = needed

    async def __call__(self, request: Request) -> None:
        for one in self.needed:
            if not await one().allows(request=request):
                raise Unauthorized()


members = FastAPI()


@members.get("/members", dependencies=[Depends(Permissions([IsMember]))])
def read_members():
    return []
