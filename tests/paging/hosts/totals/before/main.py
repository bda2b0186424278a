from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()
engine = create_async_engine("sqlite+aiosqlite:///notes.db")
sessions = async_sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    tag: Mapped[str]


class NoteOut(BaseModel):
    id: int
    title: str
    tag: str


class Notes(BaseModel):
    items: list[NoteOut]
    total: int


async def session():
    async with sessions() as one:
        yield one


@app.get("/notes", response_model=Notes)
async def list_notes(db: AsyncSession = Depends(session)):
    result = await db.execute(select(Note).where(Note.title != ""))
    notes = result.scalars().all()
    return {"items": notes, "total": len(notes)}
