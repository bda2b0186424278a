from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from journal.schemas.notebook import NotebookIn, NotebookOut
from journal.services.notebook_service import NotebookService

router = APIRouter()
Service = Annotated[NotebookService, Depends()]


@router.get("/", response_model=list[NotebookOut])
async def list_notebooks(
    service: Service,
    offset: Annotated[int, Query(ge=0, le=10000)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
):
    return await service.list(offset, limit)


@router.get("/count")
async def count_notebooks(service: Service) -> int:
    return await service.count()


@router.post("/", response_model=NotebookOut, status_code=201)
async def create_notebook(data: NotebookIn, service: Service):
    return await service.create(data)


@router.get("/{notebook_id}", response_model=NotebookOut)
async def get_notebook(notebook_id: UUID, service: Service):
    return await service.get(notebook_id)


@router.delete("/{notebook_id}", status_code=204)
async def delete_notebook(notebook_id: UUID, service: Service) -> None:
    await service.delete(notebook_id)
