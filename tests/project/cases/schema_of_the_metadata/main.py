from fastapi import FastAPI
from pydantic_settings import BaseSettings
from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, mapped_column


class Settings(BaseSettings):
    SCHEMA: str


class Base(DeclarativeBase):
    metadata = MetaData(schema="shop")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


class Line(Base):
    __tablename__ = "lines"
    __table_args__ = {"schema": "store"}
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop.orders.id"))


Other = declarative_base(metadata=MetaData(schema=Settings().SCHEMA))


class Note(Other):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)


app = FastAPI()
