from sqlalchemy import select

from ..models import Book
from .base import Repository


class BookRepository(Repository[Book]):
    model = Book

    async def by_isbn(self, isbn: str) -> Book | None:
        return await self.session.scalar(select(Book).where(Book.isbn == isbn))
