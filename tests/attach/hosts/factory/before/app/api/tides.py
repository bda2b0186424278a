"""The endpoints of tides."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.tokens import get_current_user

router = APIRouter(prefix="/tides", tags=["tides"])


@router.get("")
async def list_tides() -> list[str]:
    """Return the known tides."""
    return ["ebb", "flood"]


@router.post("/{name}/wishes")
async def wish(name: str, user: Annotated[str, Depends(get_current_user)]) -> str:
    """Wish for a tide."""
    return f"{user} wishes for {name}"
