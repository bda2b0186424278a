from typing import Generic, TypeVar

from sqlmodel import select

Model = TypeVar("Model")


class Crud(Generic[Model]):
    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def one(self, session, id):
        return session.get(self.model, id)

    def make(self, session, data, **more):
        made = self.model(**data.model_dump(), **more)
        session.add(made)
        session.commit()
        return made

    def change(self, session, row, data):
        for name, value in data.model_dump(exclude_unset=True).items():
            setattr(row, name, value)
        session.add(row)
        return row


class ItemCrud(Crud):
    def many(self, session, **filters):
        return session.exec(select(self.model).filter_by(**filters)).all()
