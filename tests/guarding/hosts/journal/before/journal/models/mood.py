import uuid

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from journal.core.database import Base


class Mood(Base):
    """A word for how a day was: the same for everybody, put in by a migration."""

    __tablename__ = "moods"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    word: Mapped[str] = mapped_column(String(40), unique=True)
