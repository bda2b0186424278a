from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shelter.database import Base

Model = TypeVar("Model", bound=Base)


class CRUDBase(Generic[Model]):
    """What is done with rows of any table."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def get(self, db: Session, id: Any) -> Model | None:
        return db.get(self.model, id)

    def list(self, db: Session, *, skip: int = 0, limit: int = 100) -> Sequence[Model]:
        query = select(self.model).offset(skip).limit(limit)
        return db.scalars(query).unique().all()

    def count(self, db: Session) -> int:
        return db.scalar(select(func.count()).select_from(self.model)) or 0

    def create(self, db: Session, data: BaseModel) -> Model:
        row = self.model(**data.model_dump())
        db.add(row)
        db.commit()
        return row

    def update(self, db: Session, row: Model, data: BaseModel) -> Model:
        for name, value in data.model_dump(exclude_unset=True).items():
            setattr(row, name, value)
        db.commit()
        return row

    def remove(self, db: Session, id: Any) -> Model | None:
        row = self.get(db, id)
        if row is not None:
            db.delete(row)
            db.commit()
        return row

    def clear(self, db: Session) -> None:
        db.query(self.model).delete()
        db.commit()
