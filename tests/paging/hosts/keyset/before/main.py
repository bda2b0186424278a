from uuid import UUID, uuid4

from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Venue(Base):
    __tablename__ = "venues"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


class Event(Base):
    __tablename__ = "events"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("venues.id"))


app = FastAPI()
engine = create_engine("postgresql+psycopg://localhost/events")


def db():
    with Session(engine) as session:
        yield session


@app.get("/events")
def events(session: Session = Depends(db)):
    rows = session.scalars(
        select(Event)
        .join(Venue)
        .where(Venue.id == Event.place_id)
    ).all()
    return [{"id": row.id} for row in rows]
