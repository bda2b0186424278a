from collections.abc import Sequence
from uuid import UUID

from fastapi import Depends, HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from journal.core.database import get_db
from journal.models import Notebook
from journal.repositories.notebook import NotebookRepository
from journal.schemas.notebook import NotebookIn


class NotebookService:
    def __init__(self, db: AsyncSession = Depends(get_db)) -> None:
        self.repository = NotebookRepository(db)

    async def list(self, offset: int, limit: int) -> Sequence[Notebook]:
        return await self.repository.list(offset, limit)

    async def count(self) -> int:
        return await self.repository.count()

    async def get(self, notebook_id: UUID) -> Notebook:
        notebook = await self.repository.get(notebook_id)
        if notebook is None:
            raise HTTPException(status_code=404, detail="Notebook not found")
        return notebook

    async def create(self, data: NotebookIn) -> Notebook:
        return await self.repository.add(data.title)

    async def delete(self, notebook_id: UUID) -> None:
        await self.repository.delete(await self.get(notebook_id))
