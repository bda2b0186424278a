from ..db.models import Author
from ..db.unit_of_work import Units


class AuthorService:
    def __init__(self, unit: Units) -> None:
        self.unit = unit

    async def create(self, name: str) -> Author:
        async with self.unit as unit:
            author = Author(name=name)
            unit.authors.add(author)
            await unit.commit()
            await unit.session.refresh(author)
            return author
