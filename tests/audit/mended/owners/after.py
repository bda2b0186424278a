from typing import Annotated
from collections.abc import Iterator
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Field, Session, SQLModel, create_engine, select
app = FastAPI()
engine = create_engine("sqlite://")
token = OAuth2PasswordBearer(tokenUrl="login")
class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str
    hashed_password: str
class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    title: str
def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened
def current_user(db: Annotated[Session, Depends(session)], sent: Annotated[str, Depends(token)]) -> User:
    user = db.exec(select(User).where(User.email == sent)).first()
    if user is None:
        raise HTTPException(401)
    return user
@app.get("/notes")
def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
    return db.exec(select(Note).where(Note.owner_id == user.id).limit(100)).all()
@app.get("/notes/latest")
def latest(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note | None:
    return db.exec(select(Note).where(Note.owner_id == user.id)).first()
@app.get("/notes/titled")
def titled(title: str, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
    return db.exec(select(Note).where(Note.owner_id == user.id, Note.title == title).limit(100)).all()
@app.get("/notes/search")
def search(q: str, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
    return db.exec(select(Note).where(Note.title == q, Note.owner_id == user.id).limit(100)).all()
@app.get("/notes/all")
def everything(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
    return db.exec(select(Note).where(Note.owner_id == user.id).limit(100)).all()
@app.get("/notes/{note_id}", dependencies=[Depends(current_user)])
def read(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
    note = db.scalar(select(Note).where(Note.id == note_id, Note.owner_id == user.id))
    if note is None:
        raise HTTPException(404)
    return note
@app.patch("/notes/{note_id}")
def rename(note_id: int, title: str, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
    note = db.query(Note).filter(Note.id == note_id, Note.owner_id == user.id).first()
    if note is None:
        raise HTTPException(404)
    note.title = title
    db.commit()
@app.delete("/notes/{note_id}")
def remove(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
    note = db.query(Note).filter_by(id=note_id, owner_id=user.id).first()
    if note is None:
        raise HTTPException(404)
    db.delete(note)
    db.commit()
