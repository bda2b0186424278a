from fastapi import APIRouter, FastAPI

from app.config import settings

USERS = "/users"
app = FastAPI()
router = APIRouter(prefix=USERS)


@router.get("/{user_id}")
def read_user(user_id: int):
    return {}


app.include_router(router, prefix=f"{settings.API_PREFIX}/{settings.VERSION}")
if settings.ADMIN_ENABLED:
    app.include_router(router, prefix="/admin")
