from typing import List

from fastapi import APIRouter, status
from fastapi_utils.cbv import cbv

from ..models import Shelf
from ..schemas.shelf import ShelfCreate, ShelfRead
from .base import BaseView

router = APIRouter(prefix="/shelves", tags=["Shelves"])


@cbv(router)
class ShelfView(BaseView):
    """What can be done with shelves."""

    @router.get("/", response_model=List[ShelfRead])
    def list(self):
        return self.db.query(Shelf).order_by(Shelf.label).all()

    @router.post("/", response_model=ShelfRead, status_code=status.HTTP_201_CREATED)
    def create(self, payload: ShelfCreate):
        shelf = Shelf(**payload.model_dump())
        self.db.add(shelf)
        self.db.commit()
        self.db.refresh(shelf)
        return shelf
