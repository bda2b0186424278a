#== app/schemas.py schema
class ItemCreate(BaseModel):
    title: str
    description: str | None = None


class ItemUpdate(BaseModel):
    title: str | None = None
    description: str | None = None


class ItemPublic(BaseModel):
    id: int
    title: str
    description: str | None = None
#== app/routes/items.py routes
@router.post("/", response_model=ItemPublic)
async def create_item(data: ItemCreate, session: SessionDep, user: CurrentUser):
    item = Item(**data.model_dump(), owner_id=user.id)
    session.add(item)
    await session.commit()
    return item


@router.get("/{item_id}", response_model=ItemPublic)
async def read_item(item_id: int, session: SessionDep, user: CurrentUser):
    item = await session.get(Item, item_id)
    if item is None:
        raise HTTPException(status_code=404, detail="Item not found")
    if item.owner_id != user.id:
        raise HTTPException(status_code=403, detail="Not yours")
    return item


@router.patch("/{item_id}", response_model=ItemPublic)
async def update_item(item_id: int, data: ItemUpdate, session: SessionDep, user: CurrentUser):
    item = await session.scalar(select(Item).where(Item.id == item_id, Item.owner_id == user.id))
    if item is None:
        raise HTTPException(status_code=404, detail="Item not found")
    for key, value in data.model_dump(exclude_unset=True).items():
        setattr(item, key, value)
    await session.commit()
    return item
