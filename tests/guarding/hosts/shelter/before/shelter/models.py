from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shelter.database import Base


class Species(Base):
    """A kind of animal: the same for everybody."""

    __tablename__ = "species"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)


class Animal(Base):
    __tablename__ = "animals"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    weight: Mapped[int] = mapped_column(default=0)

    visits: Mapped[list["Visit"]] = relationship(
        back_populates="animal", cascade="all, delete-orphan", lazy="joined"
    )


class Visit(Base):
    """What somebody saw of an animal."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(String(200))
    animal_id: Mapped[int] = mapped_column(ForeignKey("animals.id"), index=True)

    animal: Mapped[Animal] = relationship(back_populates="visits")


class Label(Base):
    __tablename__ = "labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(40))


class AnimalLabel(Base):
    """Which labels an animal has."""

    __tablename__ = "animal_labels"

    animal_id: Mapped[int] = mapped_column(ForeignKey("animals.id"), primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("labels.id"), primary_key=True)
