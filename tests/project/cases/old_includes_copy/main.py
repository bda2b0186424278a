from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter()


@router.get("/before")
def before():
    return 1


app.include_router(router)


@router.get("/after")
def after():
    return 1
