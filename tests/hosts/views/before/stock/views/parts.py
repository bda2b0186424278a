"""Views of parts."""

from fastapi import APIRouter, Query, Response, status
from fastapi_utils.cbv import cbv

from ..models import Part, Shelf
from ..schemas.part import PartCreate, PartPage, PartRead, PartUpdate
from .base import BaseView

router = APIRouter(prefix="/parts", tags=["Parts"])


@cbv(router)
class PartView(BaseView):
    """What can be done with parts."""

    @router.get("/", response_model=PartPage)
    def list(self, offset: int = Query(0, ge=0), limit: int = Query(20, ge=1, le=100)):
        """List parts, the newest last."""
        parts = self.db.query(Part).order_by(Part.id)
        return PartPage(items=parts.offset(offset).limit(limit).all(), total=parts.count())

    @router.get("/{part_id}", response_model=PartRead)
    def get(self, part_id: int):
        """Get one part."""
        return self.get_or_404(Part, part_id)

    @router.post("/", response_model=PartRead, status_code=status.HTTP_201_CREATED)
    def create(self, payload: PartCreate):
        """Make a part."""
        self.get_or_404(Shelf, payload.shelf_id)
        part = Part(**payload.model_dump())
        self.db.add(part)
        self.db.commit()
        self.db.refresh(part)
        return part

    @router.patch("/{part_id}", response_model=PartRead)
    def update(self, part_id: int, payload: PartUpdate):
        """Change a part."""
        part = self.get_or_404(Part, part_id)
        for key, value in payload.model_dump(exclude_unset=True).items():
            setattr(part, key, value)
        self.db.commit()
        self.db.refresh(part)
        return part

    @router.delete("/{part_id}", status_code=status.HTTP_204_NO_CONTENT)
    def delete(self, part_id: int):
        """Delete a part."""
        part = self.get_or_404(Part, part_id)
        self.db.delete(part)
        self.db.commit()
        return Response(status_code=status.HTTP_204_NO_CONTENT)
