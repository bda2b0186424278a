#== app/services/tag.py service
class TagService:
    def __init__(self, session: AsyncSession):
        self.session = session

    async def create(self, data: TagCreate) -> Tag:
        existing = await self.session.scalar(select(Tag).where(Tag.name == data.name))
        if existing:
            raise ConflictError(f"Tag {data.name} exists", "A tag with this name exists already")
        tag = Tag(**data.model_dump())
        self.session.add(tag)
        await self.session.commit()
        logger.info("created tag %s", tag.name)
        return tag

    async def update(self, tag_id: int, data: TagUpdate) -> Tag:
        tag = await self.get(tag_id)
        statement = select(Tag).where(Tag.name == data.name, Tag.id != tag_id)
        result = await self.session.execute(statement)
        if result.scalar_one_or_none():
            raise ConflictError("A tag with this name exists already")
        for key, value in data.model_dump(exclude_unset=True).items():
            setattr(tag, key, value)
        await self.session.commit()
        return tag

    async def get(self, tag_id: int) -> Tag:
        tag = await self.session.get(Tag, tag_id)
        if tag is None:
            raise NotFoundError("Tag not found")
        return tag

    async def search(self, name: str | None = None, color: str | None = None) -> list[Tag]:
        statement = select(Tag)
        if name:
            statement = statement.where(Tag.name.ilike(f"%{name}%"))
        if color:
            statement = statement.where(Tag.color == color)
        return list(await self.session.scalars(statement))
