from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shelter.crud.base import CRUDBase
from shelter.models import Animal, Visit


class AnimalCRUD(CRUDBase[Animal]):
    def heavier_than(self, db: Session, weight: int) -> Sequence[Animal]:
        return db.scalars(select(self.model).where(self.model.weight > weight)).unique().all()

    def remove(self, db: Session, id: int) -> Animal | None:
        for visit in db.scalars(select(Visit).where(Visit.animal_id == id)):
            db.delete(visit)
        return super().remove(db, id)
