from types import TracebackType
from typing import Annotated, Self

from fastapi import Depends

from .repositories import AuthorRepository, BookRepository
from .session import session_factory


class UnitOfWork:
    async def __aenter__(self) -> Self:
        self.session = session_factory()
        self.authors = AuthorRepository(self.session)
        self.books = BookRepository(self.session)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.session.rollback()
        await self.session.close()

    async def commit(self) -> None:
        await self.session.commit()


Units = Annotated[UnitOfWork, Depends(UnitOfWork)]
