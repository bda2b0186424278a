import uuid
from typing import Generic, TypeVar

from sqlmodel import Session, SQLModel, func, select

ModelType = TypeVar("ModelType", bound=SQLModel)
CreateType = TypeVar("CreateType", bound=SQLModel)
UpdateType = TypeVar("UpdateType", bound=SQLModel)


class CRUDBase(Generic[ModelType, CreateType, UpdateType]):
    def __init__(self, model: type[ModelType]) -> None:
        self.model = model

    def get_of_owner(
        self, session: Session, id: uuid.UUID, owner_id: uuid.UUID
    ) -> ModelType | None:
        statement = select(self.model).where(self.model.id == id)
        return session.exec(statement.where(self.model.owner_id == owner_id)).first()

    def list_of_owner(
        self, session: Session, owner_id: uuid.UUID, skip: int, limit: int
    ) -> tuple[list[ModelType], int]:
        mine = select(self.model).where(self.model.owner_id == owner_id)
        count = session.exec(select(func.count()).select_from(mine.subquery())).one()
        return list(session.exec(mine.offset(skip).limit(limit)).all()), count

    def create(self, session: Session, data: CreateType, owner_id: uuid.UUID) -> ModelType:
        row = self.model.model_validate(data, update={"owner_id": owner_id})
        session.add(row)
        session.commit()
        session.refresh(row)
        return row

    def update(self, session: Session, row: ModelType, data: UpdateType) -> ModelType:
        row.sqlmodel_update(data.model_dump(exclude_unset=True))
        session.add(row)
        session.commit()
        session.refresh(row)
        return row

    def remove(self, session: Session, row: ModelType) -> None:
        session.delete(row)
        session.commit()
