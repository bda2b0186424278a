from fastapi import APIRouter

from tides import router

api_router = APIRouter(prefix="/api")
api_router.include_router(router)
