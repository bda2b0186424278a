from typing import Generic, TypeVar

from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine("sqlite:///tags.db")
T = TypeVar("T", bound=SQLModel)


class Tag(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    word: str


class Store(Generic[T]):
    def __init__(self, model: type[T]) -> None:
        self.model = model

    def many(self, db: Session, skip: int = 0, limit: int = 100) -> list[T]:
        statement = select(self.model).order_by(self.model.id).offset(skip).limit(limit)
        return list(db.exec(statement).all())


class TagStore(Store[Tag]):
    pass


tags = TagStore(Tag)
app = FastAPI()


def session():
    with Session(engine) as one:
        yield one


@app.get("/tags")
def list_tags(db: Session = Depends(session)) -> list[Tag]:
    return tags.many(db)
