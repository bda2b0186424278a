from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI

from app.auth.fastapi_users import backend, current_active_user, users
from app.things.model import Thing

router = APIRouter()
router.include_router(users.get_auth_router(backend), prefix="/auth/jwt")


class Loop:
    def __init__(self, inner: "Loop" = Depends()):
        self.inner = inner


@router.get("/loop")
def loop(loop: Loop = Depends()):
    return loop.inner


@router.get("/me")
def current_active_user(user: Annotated[Thing, Depends(current_active_user)]):
    return user


app = FastAPI()
app.include_router(router)


def include_late() -> None:
    from .notes.router import router as notes

    app.include_router(notes)


include_late()
