#== app/schemas.py
class OrderCreate(BaseModel):
    code: str
    shop_id: int
    courier_id: int | None = None
    label_ids: list[int] = []


class OrderUpdate(BaseModel):
    code: str | None = None
    shop_id: int | None = None
    courier_id: int | None = None
    label_ids: list[int] | None = None


class OrderPublic(BaseModel):
    id: int
    code: str
    shop_id: int
    courier_id: int | None = None
    labels: list[LabelPublic] = []
#== app/routes/items.py
# needs sqlalchemy select
@router.post("/", response_model=OrderPublic)
async def create_order(data: OrderCreate, session: SessionDep, user: CurrentUser):
    shop = await session.get(Shop, data.shop_id)
    if shop is None:
        raise HTTPException(status_code=404, detail="Shop not found")
    if data.courier_id is not None:
        courier = await session.get(Courier, data.courier_id)
        if courier is None:
            raise HTTPException(status_code=404, detail="Courier not found")
    labels = (await session.scalars(select(Label).where(Label.id.in_(data.label_ids)))).all()
    if len(labels) != len(set(data.label_ids)):
        raise HTTPException(status_code=404, detail="Label not found")
    order = Order(**data.model_dump(exclude={"label_ids"}), owner_id=user.id)
    order.labels = labels
    session.add(order)
    await session.commit()
    return order


@router.get("/{order_id}", response_model=OrderPublic)
async def read_order(order_id: int, session: SessionDep, user: CurrentUser):
    order = await session.get(Order, order_id)
    if order is None:
        raise HTTPException(status_code=404, detail="Order not found")
    if order.owner_id != user.id:
        raise HTTPException(status_code=403, detail="Not yours")
    return order


@router.patch("/{order_id}", response_model=OrderPublic)
async def update_order(order_id: int, data: OrderUpdate, session: SessionDep, user: CurrentUser):
    order = await session.scalar(select(Order).where(Order.id == order_id, Order.owner_id == user.id))
    if order is None:
        raise HTTPException(status_code=404, detail="Order not found")
    if data.shop_id is not None:
        shop = await session.get(Shop, data.shop_id)
        if shop is None:
            raise HTTPException(status_code=404, detail="Shop not found")
    if data.courier_id is not None:
        courier = await session.get(Courier, data.courier_id)
        if courier is None:
            raise HTTPException(status_code=404, detail="Courier not found")
    if data.label_ids is not None:
        labels = (await session.scalars(select(Label).where(Label.id.in_(data.label_ids)))).all()
        if len(labels) != len(set(data.label_ids)):
            raise HTTPException(status_code=404, detail="Label not found")
        order.labels = labels
    for key, value in data.model_dump(exclude_unset=True, exclude={"label_ids"}).items():
        setattr(order, key, value)
    await session.commit()
    return order
