from datetime import datetime
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select

app = FastAPI()
engine = create_engine("sqlite:///notes.db")


class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str
    tag: str
    at: datetime


def session():
    with Session(engine) as one:
        yield one


Db = Annotated[Session, Depends(session)]


@app.get("/notes")
def list_notes(db: Db) -> list[Note]:
    return db.exec(select(Note).where(Note.title != "")).all()


@app.get("/notes/{note_id}")
def get_note(note_id: int, db: Db) -> Note | None:
    return db.get(Note, note_id)
