from fastapi import APIRouter

router = APIRouter(prefix="/books")


@router.get("/")
def read():
    return []
