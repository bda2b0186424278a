"""What can be done with books."""

import uuid
from collections.abc import Sequence

from ..core.errors import ConflictError, NotFoundError
from ..db.models import Book
from ..db.unit_of_work import Units
from ..schemas.book import BookCreate, BookUpdate


class BookService:
    """Business rules of books."""

    def __init__(self, unit: Units) -> None:
        self.unit = unit

    async def list(self, offset: int, limit: int) -> tuple[Sequence[Book], int]:
        """Return some books, and how many there are."""
        async with self.unit as unit:
            return await unit.books.page(offset, limit)

    async def get(self, book_id: uuid.UUID) -> Book:
        """Return a book."""
        async with self.unit as unit:
            book = await unit.books.get(book_id)
            if book is None:
                raise NotFoundError(f"Book {book_id} not found")
            return book

    async def create(self, data: BookCreate) -> Book:
        """Make a book with an ISBN of its own."""
        async with self.unit as unit:
            if await unit.authors.get(data.author_id) is None:
                raise NotFoundError(f"Author {data.author_id} not found")
            if await unit.books.by_isbn(data.isbn):
                raise ConflictError(f"There is a book with the isbn {data.isbn}")
            book = Book(**data.model_dump())
            unit.books.add(book)
            await unit.commit()
            await unit.session.refresh(book)
            return book

    async def update(self, book_id: uuid.UUID, data: BookUpdate) -> Book:
        """Change a book."""
        async with self.unit as unit:
            book = await unit.books.get(book_id)
            if book is None:
                raise NotFoundError(f"Book {book_id} not found")
            await unit.books.change(book, data.model_dump(exclude_unset=True))
            await unit.commit()
            return book

    async def delete(self, book_id: uuid.UUID) -> None:
        """Delete a book."""
        async with self.unit as unit:
            book = await unit.books.get(book_id)
            if book is None:
                raise NotFoundError(f"Book {book_id} not found")
            await unit.books.remove(book)
            await unit.commit()
