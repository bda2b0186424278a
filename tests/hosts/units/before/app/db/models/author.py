from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base

if TYPE_CHECKING:
    from .book import Book


class Author(Base):
    name: Mapped[str] = mapped_column(String(120))

    books: Mapped[list[Book]] = relationship(back_populates="author")
