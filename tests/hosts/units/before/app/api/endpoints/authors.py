from typing import Annotated

from fastapi import APIRouter, Depends

from ...db.models import Author
from ...schemas.author import AuthorCreate, AuthorOut
from ...services.author import AuthorService

router = APIRouter()
Service = Annotated[AuthorService, Depends()]


@router.post("", response_model=AuthorOut, status_code=201)
async def create_author(data: AuthorCreate, service: Service) -> Author:
    return await service.create(data.name)
