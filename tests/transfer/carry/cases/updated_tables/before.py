#== app/services/tag.py service
class TagService:
    def __init__(self, session: AsyncSession, user: User):
        self.session = session
        self.user = user

    async def get(self, tag_id: int) -> Tag:
        tag = await self.session.scalar(
            select(Tag).where(Tag.id == tag_id).where(Tag.user_id == self.user.id)
        )
        if not tag:
            raise HTTPException(status_code=404, detail=f"Tag {tag_id} not found")
        return tag

    async def update(self, tag_id: int, data: TagUpdate) -> Tag:
        tag = await self.get(tag_id)
        await self.session.execute(
            update(Tag).where(Tag.id == tag_id).values(**data.model_dump(exclude_none=True))
        )
        await self.session.commit()
        return tag

    async def edit(self, tag_id: int, data: TagUpdate) -> None:
        await self.session.execute(
            update(Tag).where(Tag.id == tag_id).values(name=data.name, color=data.color)
        )
        await self.session.commit()
#== app/routes/tag.py routes
@router.post("/tags")
async def create_tag(data: TagCreate, session: SessionDep, user: CurrentUser) -> Tag:
    if not user:
        raise HTTPException(status_code=404, detail="Tag not found")
    tag = Tag(**data.model_dump(), user_id=user.id)
    return await store_tag(session, tag)
#== app/crud/tag.py service
async def find_tag(session: AsyncSession, tag_id: int) -> Tag:
    tag = await session.get(Tag, tag_id)
    if not tag:
        raise HTTPException(status_code=404, detail=f"Tag {tag_id} not found")
    return tag


async def store_tag(session: AsyncSession, tag: Tag) -> Tag:
    session.add(tag)
    await session.commit()
    return tag
#== app/schemas.py schema
class TagCreate(BaseModel):
    name: str
    color: str | None = None


class TagUpdate(BaseModel):
    name: str | None = None
    color: str | None = None
