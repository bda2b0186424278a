from __future__ import annotations

import enum
import uuid
from typing import TYPE_CHECKING

from sqlalchemy import Enum, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base

if TYPE_CHECKING:
    from .author import Author


class Binding(str, enum.Enum):
    HARD = "hard"
    SOFT = "soft"


class Book(Base):
    title: Mapped[str] = mapped_column(String(200))
    isbn: Mapped[str] = mapped_column(String(13), unique=True)
    summary: Mapped[str | None] = mapped_column(Text)
    pages: Mapped[int]
    binding: Mapped[Binding] = mapped_column(
        Enum(Binding, name="book_binding"), server_default="SOFT"
    )
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("author.id"), index=True)

    author: Mapped[Author] = relationship(back_populates="books")
