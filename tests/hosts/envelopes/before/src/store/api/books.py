from fastapi import APIRouter, Depends, Query, status
from sqlalchemy.ext.asyncio import AsyncSession

from store.core.database import get_db
from store.core.responses import Answer, Page
from store.domain.schemas import BookResponse, CreateBookRequest, UpdateBookRequest
from store.services.book_service import BookService

router = APIRouter(prefix="/books", tags=["Books"])


def get_service(db: AsyncSession = Depends(get_db)) -> BookService:
    return BookService(db)


@router.get("", response_model=Answer[Page[BookResponse]])
async def list_books(
    page: int = Query(1, ge=1),
    size: int = Query(20, ge=1, le=100),
    service: BookService = Depends(get_service),
):
    books, total = await service.find_all(page, size)
    rows = [BookResponse.model_validate(book) for book in books]
    return Answer(data=Page(rows=rows, total=total, page=page, size=size))


@router.get("/{book_id}", response_model=Answer[BookResponse])
async def get_book(book_id: int, service: BookService = Depends(get_service)):
    return Answer(data=BookResponse.model_validate(await service.find_one(book_id)))


@router.post("", response_model=Answer[BookResponse], status_code=status.HTTP_201_CREATED)
async def create_book(request: CreateBookRequest, service: BookService = Depends(get_service)):
    book = await service.create(request)
    return Answer(data=BookResponse.model_validate(book), message="Book created")


@router.put("/{book_id}", response_model=Answer[BookResponse])
async def update_book(
    book_id: int, request: UpdateBookRequest, service: BookService = Depends(get_service)
):
    book = await service.update(book_id, request)
    return Answer(data=BookResponse.model_validate(book), message="Book updated")


@router.delete("/{book_id}", response_model=Answer[None])
async def delete_book(book_id: int, service: BookService = Depends(get_service)):
    await service.delete(book_id)
    return Answer(message="Book deleted")
