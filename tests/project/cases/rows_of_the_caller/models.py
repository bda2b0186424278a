from sqlmodel import Field, Relationship, SQLModel


class User(SQLModel, table=True):
    id: int = Field(primary_key=True)
    email: str
    hashed_password: str
    is_superuser: bool = False
    items: list["Item"] = Relationship(back_populates="owner")


class ItemIn(SQLModel):
    title: str


class ItemOwned(ItemIn):
    owner_id: int


class Item(ItemIn, table=True):
    id: int = Field(primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    owner: User = Relationship(back_populates="items")

    def belongs_to(self, user: User) -> bool:
        return self.owner_id == user.id


class PartIn(SQLModel):
    item_id: int
    name: str


class Part(PartIn, table=True):
    id: int = Field(primary_key=True)
    item_id: int = Field(foreign_key="item.id")


class Colour(SQLModel, table=True):
    id: int = Field(primary_key=True)


class Mark(SQLModel, table=True):
    id: int = Field(primary_key=True)
    item_id: int = Field(foreign_key="item.id")
    user_id: int = Field(foreign_key="user.id")
