from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

app = FastAPI()
SessionLocal = sessionmaker(bind=create_engine("sqlite://"))


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def get_db():
    with SessionLocal() as db:
        yield db


def find(db, item_id: int):
    return db.query(Item).filter(Item.id == item_id).first()


def found(db, item_id: int):
    item = find(db, item_id)
    if item is None:
        raise HTTPException(404)
    return item


@app.get("/items/{item_id}", response_model=None)
def read(item_id: int, db=Depends(get_db)):
    say("read")
    return found(db, item_id)


@app.get("/items", response_model=None)
def read_all(db=Depends(get_db)):
    return db.scalars(select(Item).limit(9)).all()


@app.get("/mixed")
def mixed():
    return {"name": "a", "size": 3}


def say(text, loud=False):
    print(text.upper() if loud else text)


def either(flag: bool):
    if flag:
        return "yes"
    return 1


def later():
    raise NotImplementedError
