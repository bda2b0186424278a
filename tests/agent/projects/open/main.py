"""Notes in folders, open to anybody."""

from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine("postgresql://localhost/notes")
app = FastAPI()


class Folder(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str


class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str
    body: str


def get_session():
    with Session(engine) as session:
        yield session


@app.get("/notes")
def list_notes(session: Session = Depends(get_session)) -> list[Note]:
    return session.exec(select(Note)).all()


@app.get("/folders")
def list_folders(session: Session = Depends(get_session)) -> list[Folder]:
    return session.exec(select(Folder)).all()
