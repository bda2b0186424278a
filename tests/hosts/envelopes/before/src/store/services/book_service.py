from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.core.exceptions import BookNotFoundError
from store.domain.models import Book
from store.domain.schemas import CreateBookRequest, UpdateBookRequest


class BookService:
    """What can be done with books; a deleted book stays in its table."""

    def __init__(self, db: AsyncSession) -> None:
        self.db = db

    async def find_all(self, page: int, size: int) -> tuple[list[Book], int]:
        living = select(Book).where(Book.is_deleted.is_(False))
        total = await self.db.scalar(select(func.count()).select_from(living.subquery()))
        statement = living.order_by(Book.id).offset((page - 1) * size).limit(size)
        return list(await self.db.scalars(statement)), total or 0

    async def find_one(self, book_id: int) -> Book:
        statement = select(Book).where(Book.id == book_id, Book.is_deleted.is_(False))
        book = await self.db.scalar(statement)
        if book is None:
            raise BookNotFoundError(book_id)
        return book

    async def create(self, request: CreateBookRequest) -> Book:
        book = Book(title=request.title, summary=request.summary, pages=request.pages)
        self.db.add(book)
        await self.db.commit()
        await self.db.refresh(book)
        return book

    async def update(self, book_id: int, request: UpdateBookRequest) -> Book:
        book = await self.find_one(book_id)
        if request.title is not None:
            book.title = request.title
        if request.summary is not None:
            book.summary = request.summary
        if request.pages is not None:
            book.pages = request.pages
        await self.db.commit()
        await self.db.refresh(book)
        return book

    async def delete(self, book_id: int) -> None:
        book = await self.find_one(book_id)
        book.is_deleted = True
        await self.db.commit()
