from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.things.model import Thing


class Base(DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)
    kind = Thing
