#== app/models.py model
class Author(Base):
    __tablename__ = "authors"

    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False)
    books = relationship("Book", secondary=book_authors)
    is_active = Column(Boolean, default=True)

    @classmethod
    async def return_all(cls, session: AsyncSession):
        result = await session.execute(
            select(cls).where(cls.is_active == True).options(selectinload(cls.books))
        )
        return result.scalars().all()

    @classmethod
    async def get_by_id(cls, session: AsyncSession, author_id: int):
        result = await session.execute(
            select(cls).where(cls.id == author_id, cls.is_active == True)
        )
        return result.scalar_one_or_none()

    @classmethod
    async def delete_by_id(cls, session: AsyncSession, author_id: int):
        author = await cls.get_by_id(session, author_id)
        if author:
            author.is_active = False
            await author.save_to_db(session)
            return 200
        return 404

    async def save_to_db(self, session: AsyncSession):
        session.add(self)
        await session.commit()


#== app/schemas.py schema
class AuthorCreate(BaseModel):
    name: str
    book_ids: list[int] | None = None


class AuthorUpdate(BaseModel):
    name: str | None = None
    book_ids: list[int] | None = None


#== app/routes.py routes
@router.put("/{author_id}")
async def update_author(
    author_id: int, data: AuthorUpdate, session: AsyncSession = Depends(get_session)
):
    author = await Author.get_by_id(session, author_id)
    if not author:
        raise HTTPException(status_code=404, detail="Author not found")
    if not data.name and not data.book_ids:
        raise HTTPException(status_code=400, detail="Please fill in some information")
    author.name = data.name or author.name
    await author.save_to_db(session)
    return author
