from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

app = FastAPI()
engine = create_engine("sqlite:///notes.db")
sessions = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


def session():
    with sessions() as one:
        yield one


@app.get("/notes")
def list_notes(db: Session = Depends(session)):
    notes = db.query(Note).order_by(Note.title).all()
    total = len(notes)
    return {"data": notes, "total": total}
