from typing import Annotated, Optional

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

bearer = OAuth2PasswordBearer(tokenUrl="login")


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str]
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))


class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    founded_by_id: Mapped[Optional[int]] = mapped_column(ForeignKey("people.id"))


class Made:
    created_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    updated_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


class Board(Made, Base):
    __tablename__ = "boards"
    id: Mapped[int] = mapped_column(primary_key=True)


class Pin(Base):
    __tablename__ = "pins"
    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    approved_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


class Remark(Base):
    __tablename__ = "remarks"
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))


class Draft(Base):
    __tablename__ = "drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    author: Mapped[str]


class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)


class Sheet(Base):
    """It is its team's; the draft is only what it was made from."""

    __tablename__ = "sheets"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id"))


membership = Table(
    "membership",
    Base.metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("role", String, primary_key=True),
)


def caller(token: Annotated[str, Depends(bearer)]) -> Person:
    return token


app = FastAPI()


@app.get("/me")
def me(person: Annotated[Person, Depends(caller)]):
    return person.id
