from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from shop.enums import Color
from sqlalchemy import Column, DateTime, ForeignKey, String, Table
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship

str50 = Annotated[str, mapped_column(String(50))]


class Base(MappedAsDataclass, DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}


def new_id() -> str:
    return f"cat_{uuid4().hex}"


class Label(Base):
    __tablename__ = "shop_label"

    id: Mapped[str] = mapped_column(
        String(40), primary_key=True, init=False, default_factory=new_id
    )
    name: Mapped[str50]


cat_labels = Table(
    "shop_cat_labels",
    Base.metadata,
    Column("cat_id", ForeignKey("shop_cat.id"), primary_key=True),
    Column("label_id", ForeignKey("shop_label.id"), primary_key=True),
)


class Cat(Base):
    __tablename__ = "shop_cat"

    id: Mapped[str] = mapped_column(
        String(40), primary_key=True, init=False, default_factory=new_id
    )
    name: Mapped[str50]
    color: Mapped[Color] = mapped_column(
        SqlEnum(Color, name="cat_color", values_callable=lambda kind: [one.value for one in kind]),
        default=Color.red,
    )
    created_at: Mapped[datetime] = mapped_column(
        init=False, default_factory=lambda: datetime.now(UTC)
    )

    labels: Mapped[list[Label]] = relationship(secondary=cat_labels, init=False)
