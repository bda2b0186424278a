#== app/services/tag.py
# needs fastapi HTTPException
# needs sqlalchemy select
# needs sqlalchemy.exc IntegrityError
class LabelService:
    def __init__(self, session: AsyncSession, user: User):
        self.session = session
        self.user = user

    async def get(self, label_id: int) -> Label:
        label = await self.session.scalar(
            select(Label).where(Label.id == label_id).where(Label.user_id == self.user.id)
        )
        if not label:
            raise HTTPException(status_code=404, detail=f"Label {label_id} not found")
        return label

    async def update(self, label_id: int, data: LabelUpdate) -> Label:
        label = await self.get(label_id)
        if data.note_id is not None:
            note = await self.session.get(Note, data.note_id)
            if note is None:
                raise HTTPException(
                    status_code=404,
                    detail=f"Note {data.note_id} not found",
                )
        if data.thing_ids is not None:
            things = (await self.session.execute(select(Thing).where(Thing.id.in_(data.thing_ids)))).scalars().all()
            if len(things) != len(set(data.thing_ids)):
                raise HTTPException(
                    status_code=404,
                    detail=f"Thing {data.thing_ids} not found",
                )
            label.things = things
        try:
            await self.session.execute(
                update(Label).where(Label.id == label_id).values(**data.model_dump(exclude_none=True, exclude={"thing_ids"}))
            )
            await self.session.commit()
        except IntegrityError as error:
            await self.session.rollback()
            raise HTTPException(
                status_code=409,
                detail="Label already exists, or refers to what does not",
            ) from error
        return label

    async def edit(self, label_id: int, data: LabelUpdate) -> None:
        label = await self.session.get(Label, label_id)
        if label is None:
            raise HTTPException(status_code=404, detail=f"Label {label_id} not found")
        if data.note_id is not None:
            note = await self.session.get(Note, data.note_id)
            if note is None:
                raise HTTPException(
                    status_code=404,
                    detail=f"Note {data.note_id} not found",
                )
        if data.thing_ids is not None:
            things = (await self.session.execute(select(Thing).where(Thing.id.in_(data.thing_ids)))).scalars().all()
            if len(things) != len(set(data.thing_ids)):
                raise HTTPException(
                    status_code=404,
                    detail=f"Thing {data.thing_ids} not found",
                )
            label.things = things
        try:
            await self.session.execute(
                update(Label).where(Label.id == label_id).values(code=data.code, note_id=data.note_id)
            )
            await self.session.commit()
        except IntegrityError as error:
            await self.session.rollback()
            raise HTTPException(
                status_code=409,
                detail="Label already exists, or refers to what does not",
            ) from error
#== app/routes/tag.py
# needs sqlalchemy select
@router.post("/labels")
async def create_label(data: LabelCreate, session: SessionDep, user: CurrentUser) -> Label:
    if not user:
        raise HTTPException(status_code=404, detail="Label not found")
    note = await session.get(Note, data.note_id)
    if note is None:
        raise HTTPException(status_code=404, detail="Note not found")
    things = (await session.execute(select(Thing).where(Thing.id.in_(data.thing_ids)))).scalars().all()
    if len(things) != len(set(data.thing_ids)):
        raise HTTPException(status_code=404, detail="Thing not found")
    label = Label(**data.model_dump(exclude={"thing_ids"}), user_id=user.id)
    label.things = things
    return await store_label(session, label)
#== app/crud/tag.py
# needs fastapi HTTPException
# needs sqlalchemy.exc IntegrityError
async def find_label(session: AsyncSession, label_id: int) -> Label:
    label = await session.get(Label, label_id)
    if not label:
        raise HTTPException(status_code=404, detail=f"Label {label_id} not found")
    return label


async def store_label(session: AsyncSession, label: Label) -> Label:
    session.add(label)
    try:
        await session.commit()
    except IntegrityError as error:
        await session.rollback()
        raise HTTPException(
            status_code=409,
            detail="Label already exists, or refers to what does not",
        ) from error
    return label
#== app/schemas.py
class LabelCreate(BaseModel):
    code: str
    note_id: int
    thing_ids: list[int] = []


class LabelUpdate(BaseModel):
    code: str | None = None
    note_id: int | None = None
    thing_ids: list[int] | None = None
