from fastapi import APIRouter

items = APIRouter(prefix="/items")
users = APIRouter(prefix="/users")


@items.get("")
async def list_items() -> list[str]:
    return []


@users.get("/me")
async def me() -> str:
    return "me"


v2 = APIRouter(prefix="/v2")
v2.include_router(items)
v2.include_router(users, tags=["people"])
