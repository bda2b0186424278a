from fastapi import APIRouter

router = APIRouter()


@router.get("/views")
def views():
    return []
