import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from ...db.models import Book
from ...schemas.book import BookCreate, BookOut, BookUpdate
from ...schemas.page import Page
from ...services.book import BookService

router = APIRouter()
Service = Annotated[BookService, Depends()]


@router.get("")
async def list_books(
    service: Service,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page[BookOut]:
    books, total = await service.list(offset, limit)
    return Page(items=[BookOut.model_validate(book) for book in books], total=total)


@router.get("/{book_id}", response_model=BookOut)
async def get_book(book_id: uuid.UUID, service: Service) -> Book:
    return await service.get(book_id)


@router.post("", response_model=BookOut, status_code=201)
async def create_book(data: BookCreate, service: Service) -> Book:
    return await service.create(data)


@router.patch("/{book_id}", response_model=BookOut)
async def update_book(book_id: uuid.UUID, data: BookUpdate, service: Service) -> Book:
    return await service.update(book_id, data)


@router.delete("/{book_id}", status_code=204)
async def delete_book(book_id: uuid.UUID, service: Service) -> None:
    await service.delete(book_id)
