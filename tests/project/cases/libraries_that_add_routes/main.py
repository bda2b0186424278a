from fastapi import Depends, FastAPI
from cadwyn import Cadwyn
from fastapi_users import FastAPIUsers
from fastapi_users.router import get_oauth_router
from prometheus_fastapi_instrumentator import Instrumentator

users = FastAPIUsers(lambda: None, [])
active = users.current_user(active=True)
app = FastAPI()
app.include_router(users.get_auth_router(None), prefix="/auth")
app.include_router(users.get_users_router(None, None), prefix="/users")
app.include_router(
    get_oauth_router(oauth_client=None, backend=None, get_user_manager=users.get_user_manager),
    prefix="/elsewhere",
)
Instrumentator().instrument(app).expose(app)


@app.get("/mine")
def mine(user=Depends(active)):
    return user


class Versions(Cadwyn):
    pass


versions = Versions(versions=None, redoc_url=None)
app.mount("/versions", versions)
