import uuid
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Session, col, create_engine, func, select

from app.models import Note, User

app = FastAPI()
engine = create_engine("postgresql://localhost/app")


def session():
    with Session(engine) as one:
        yield one


Db = Annotated[Session, Depends(session)]


@app.get("/users/{user_id}/notes")
def list_notes(user_id: uuid.UUID, db: Db, skip: int = 0, limit: int = 20) -> list[Note]:
    statement = (
        select(Note)
        .where(Note.owner_id == user_id)
        .order_by(col(Note.created_at).desc())
        .offset(skip)
        .limit(limit)
    )
    return db.exec(statement).all()


@app.get("/notes/{slug}")
def get_note(slug: str, db: Db) -> Note:
    note = db.exec(select(Note).where(Note.slug == slug)).first()
    if note is None:
        raise HTTPException(404)
    return note


@app.get("/users")
def best(db: Db, nickname: str | None = None) -> list[User]:
    query = select(User)
    if nickname:
        query = query.where(User.nickname == nickname)
    else:
        query = query.where(User.score > 10)
    return db.exec(query).all()


@app.get("/users/by-email")
def by_email(email: str, db: Db) -> User | None:
    return db.exec(select(User).where(User.email == email)).first()
