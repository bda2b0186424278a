from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.database import get_session
from app.models import Author
from app.schemas import AuthorCreate, AuthorPublic

router = APIRouter(prefix="/authors", tags=["authors"])


@router.get("/", response_model=list[AuthorPublic])
async def list_authors(session: AsyncSession = Depends(get_session)) -> list[Author]:
    result = await session.execute(select(Author).options(selectinload(Author.books)))
    return list(result.scalars())


@router.post("/", response_model=AuthorPublic, status_code=201)
async def create_author(data: AuthorCreate, session: AsyncSession = Depends(get_session)) -> Author:
    author = Author(name=data.name, books=[])
    session.add(author)
    await session.commit()
    return author


@router.get("/{author_id}", response_model=AuthorPublic)
async def get_author(author_id: int, session: AsyncSession = Depends(get_session)) -> Author:
    statement = select(Author).options(selectinload(Author.books)).where(Author.id == author_id)
    result = await session.execute(statement)
    author = result.scalar_one_or_none()
    if author is None:
        raise HTTPException(status_code=404, detail="Author not found")
    return author
