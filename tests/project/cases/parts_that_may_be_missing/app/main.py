from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

from app import models
from app.settings import settings

scheme = OAuth2PasswordBearer(tokenUrl="/token")
app = FastAPI()
router = APIRouter(prefix="/users")
around = APIRouter(prefix="/around")


class Keeper:
    @classmethod
    def current(cls, token: str = Depends(scheme)):
        if not token:
            raise HTTPException(status_code=401)
        return token


@router.get("/")
def read_users(keeper: Keeper = Depends(Keeper.current)):
    return []


router.include_router(around)
around.include_router(router)
app.include_router(router, prefix=settings.prefix)
