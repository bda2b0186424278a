"""The routes of v1."""

from fastapi import APIRouter

from . import items

api_router = APIRouter()
api_router.include_router(items.router, tags=["items"])
