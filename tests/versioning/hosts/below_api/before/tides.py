from fastapi import APIRouter

router = APIRouter(prefix="/tides", tags=["tides"])


@router.get("/")
def list_tides() -> list[str]:
    return []
