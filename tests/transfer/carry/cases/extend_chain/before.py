#== app/models.py model
class Item(Base):
    """An item.   Odd  spacing stays."""

    __tablename__ = "items"
    __table_args__ = (UniqueConstraint('title', "owner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))  # what it is called
    description: Mapped[str | None] = mapped_column(Text)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))

    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped["User"] = relationship(back_populates="items")

    def __repr__(self) -> str:
        return f"<Item {self.title}>"

    def __str__(self) -> str:
        return "Item(title=%s, price=%s,description=%s)" % (self.title, self.price, self.description)
#== app/schemas.py schema
class ItemBase(BaseModel):
    title: str = Field(min_length=1)
    description: str | None = None
    price: Decimal


class ItemCreate(ItemBase):
    pass


class ItemUpdate(BaseModel):
    title: str | None = None
    description: str | None = None
    price: Decimal | None = None


class ItemPublic(ItemBase):
    id: int
#== app/service.py service
def create_item(db: Session, data: ItemCreate, owner: User) -> Item:
    # title = data.title
    item = Item(
        title=data.title,
        description=data.description,  # may be empty
        price=data.price,
        owner_id=owner.id,
    )
    db.add(item)
    db.commit()
    return item


def update_item(db: Session, item: Item, data: ItemUpdate) -> Item:
    if data.title is not None:
        item.title = data.title
    if data.description is not None:
        item.description = data.description
    if data.price is not None:
        item.price = data.price

    db.commit()
    return item


def list_items(db: Session, title: str | None = None) -> list[Item]:
    statement = select(Item).order_by(Item.title)
    if title:
        statement = statement.where(Item.title == title)
    return list(db.scalars(statement))


def as_dict(item: Item) -> dict[str, object]:
    return {'id': item.id, 'title': item.title, 'description': item.description, 'price': item.price}
#== tests/test_items.py test
@pytest.mark.parametrize("title, price", [("Chair", "9.90"), ("Table", "19.90")])
def test_create_item(client, title, price):
    response = client.post("/items", json={"title": title, "price": price})
    assert response.status_code == 201


def test_read_item(client, item):
    response = client.post(
        "/items", json={"title": "Chair", "description": "To sit on", "price": "9.90"}
    )
    data = response.json()
    assert data["title"] == "Chair"
    assert data["description"] == "To sit on"
    assert data["id"]


def test_create_item_without_title(client):
    response = client.post("/items", json={"title": "", "price": "9.90"})
    assert response.status_code == 422


def test_update_item(client, item):
    response = client.patch(f"/items/{item.id}", json={"title": "Stool"})
    assert response.json()["title"] == "Stool"
