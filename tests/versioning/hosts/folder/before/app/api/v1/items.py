from fastapi import APIRouter

router = APIRouter(prefix="/items")


@router.get("")
def list_items():
    return ["one"]


@router.get("/{item_id}")
def get_item(item_id: int):
    return item_id
