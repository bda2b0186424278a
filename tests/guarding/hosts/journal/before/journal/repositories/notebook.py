from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from journal.models import Notebook


class NotebookRepository:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list(self, offset: int, limit: int) -> Sequence[Notebook]:
        statement = select(Notebook).order_by(Notebook.title).offset(offset).limit(limit)
        return (await self.session.scalars(statement)).all()

    async def count(self) -> int:
        return await self.session.scalar(select(func.count()).select_from(Notebook)) or 0

    async def get(self, notebook_id: UUID) -> Notebook | None:
        return await self.session.get(Notebook, notebook_id)

    async def add(self, title: str) -> Notebook:
        notebook = Notebook(title=title)
        self.session.add(notebook)
        await self.session.commit()
        return notebook

    async def delete(self, notebook: Notebook) -> None:
        await self.session.delete(notebook)
        await self.session.commit()
