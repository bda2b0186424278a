from fastapi import APIRouter

late = APIRouter(prefix="/late")


@late.get("")
def read_late():
    return []
