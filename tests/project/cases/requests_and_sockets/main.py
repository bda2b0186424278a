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
