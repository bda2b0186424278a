from collections.abc import Iterator
from typing import Annotated
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
def find_note(db: Session, note_id: int, owner_id: int) -> Note:
    note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == owner_id)).first()
    if note is None:
        raise HTTPException(404)
    return note
def rename_note(db: Session, note_id: int, title: str = "untitled", *, owner_id: int) -> None:
    note = find_note(db, note_id, owner_id=owner_id)
    note.title = title
    db.add(note)
    db.commit()
def count_notes(db: Session) -> int:
    return len(db.exec(select(Note).limit(100)).all())
@app.get("/notes")
def list_notes(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> list[Note]:
    return db.exec(select(Note).where(Note.owner_id == user.id).limit(100)).all()
@app.get("/notes/{note_id}")
def read(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> Note:
    return find_note(db, note_id, owner_id=user.id)
@app.patch("/notes/{note_id}")
def rename(note_id: int, title: str, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
    rename_note(db, note_id, title=title, owner_id=user.id)
@app.delete("/notes/{note_id}")
def remove(note_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
    db.delete(find_note(db, note_id, owner_id=user.id))
    db.commit()
@app.get("/admin/notes/count")
def count(db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> int:
    return count_notes(db)
