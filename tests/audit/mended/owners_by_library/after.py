from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from fastcrud import FastCRUD
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()
engine = create_engine("sqlite://")
token = OAuth2PasswordBearer(tokenUrl="login")


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    hashed_password: Mapped[str]


class Note(Base):
    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    title: Mapped[str]


CRUDNote = FastCRUD[Note, None, None, None, None, None]
notes = CRUDNote(Note)


def current_user(sent: Annotated[str, Depends(token)]) -> dict:
    with Session(engine) as db:
        user = db.scalar(select(User).where(User.email == sent))
    if user is None:
        raise HTTPException(401)
    return {"id": user.id}


@app.get("/notes/mine")
async def mine(db: Annotated[Session, Depends(Session)], user: Annotated[dict, Depends(current_user)]) -> dict:
    return await notes.get_multi(db=db, owner_id=user["id"], limit=100)


@app.delete("/notes/{note_id}")
async def remove(
    note_id: int, db: Annotated[Session, Depends(Session)], user: Annotated[dict, Depends(current_user)]
) -> dict[str, str]:
    if await notes.get(db=db, id=note_id, owner_id=user["id"]) is None:
        raise HTTPException(404)
    await notes.delete(db=db, id=note_id, owner_id=user["id"])
    return {"message": "deleted"}
