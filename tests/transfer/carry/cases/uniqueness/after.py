#== app/services/tag.py
class LabelService:
    def __init__(self, session: AsyncSession):
        self.session = session

    async def create(self, data: LabelCreate) -> Label:
        existing = await self.session.scalar(select(Label).where(Label.code == data.code))
        if existing:
            raise ConflictError(f"Label {data.code} exists", "A label with this code exists already")
        label = Label(**data.model_dump())
        self.session.add(label)
        await self.session.commit()
        logger.info("created label %s", label.code)
        return label

    async def update(self, label_id: int, data: LabelUpdate) -> Label:
        label = await self.get(label_id)
        statement = select(Label).where(Label.code == data.code, Label.id != label_id)
        result = await self.session.execute(statement)
        if result.scalar_one_or_none():
            raise ConflictError("A label with this code exists already")
        for key, value in data.model_dump(exclude_unset=True).items():
            setattr(label, key, value)
        await self.session.commit()
        return label

    async def get(self, label_id: int) -> Label:
        label = await self.session.get(Label, label_id)
        if label is None:
            raise NotFoundError("Label not found")
        return label

    async def search(self, code: str | None = None, weight: int | None = None) -> list[Label]:
        statement = select(Label)
        if code:
            statement = statement.where(Label.code.ilike(f"%{code}%"))
        if weight is not None:
            statement = statement.where(Label.weight == weight)
        return list(await self.session.scalars(statement))
