"""Readings of machines."""

from fastapi import APIRouter, Depends, FastAPI

from app.security import meters

router = APIRouter(prefix="/api/readings")


@router.get("/latest")
def latest(machine: str = Depends(meters)) -> dict[str, str]:
    """Return the latest reading."""
    return {"machine": machine}


@router.post("/reset")
def reset(machine: str = Depends(meters)) -> dict[str, str]:
    """Forget the readings."""
    return {"machine": machine}


app = FastAPI()
app.include_router(router)
