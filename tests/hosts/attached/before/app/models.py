from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base

parcel_labels = Table(
    "parcel_labels",
    Base.metadata,
    Column("parcel_id", ForeignKey("parcels.id", ondelete="CASCADE"), primary_key=True),
    Column("label_id", ForeignKey("labels.id", ondelete="CASCADE"), primary_key=True),
)


class Parcel(Base):
    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[int]
    labels: Mapped[list["Label"]] = relationship(
        secondary=parcel_labels, back_populates="parcels"
    )


class Label(Base):
    __tablename__ = "labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(60))
    parcels: Mapped[list[Parcel]] = relationship(
        secondary=parcel_labels, back_populates="labels"
    )
