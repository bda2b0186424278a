from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from pkg import deps

if TYPE_CHECKING:
    from pkg.deps import User

router = APIRouter(prefix="/users")


@router.get("/me")
def me(user: Annotated[User, Depends(deps.current_user)]) -> User:
    return user
