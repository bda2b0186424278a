from fastapi import FastAPI
from fastapi_users_db_sqlalchemy import (
    SQLAlchemyBaseOAuthAccountTableUUID,
    SQLAlchemyBaseUserTable,
)
from fastapi_users_db_sqlalchemy.access_token import SQLAlchemyBaseAccessTokenTableUUID
from somebodys_orm import Base
from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, String
from sqlalchemy.orm import DeclarativeBase, Mapped, composite, mapped_column, relationship

app = FastAPI()


class Own(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTable[int], Own):
    id: Mapped[int] = mapped_column(primary_key=True)
    profile: Mapped["Profile"] = relationship(back_populates="user")


class Account(SQLAlchemyBaseOAuthAccountTableUUID, Own):
    pass


class Token(SQLAlchemyBaseAccessTokenTableUUID, Own):
    pass


class Profile(Own):
    __tablename__ = "profile"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped["User"] = relationship(back_populates="profile")


class Person(Base):
    __tablename__ = "person"
    id = Column(Integer, primary_key=True)
    first_name = Column(String(100), nullable=False)
    last_name = Column(String(100), nullable=False)
    name = composite(tuple, first_name, last_name)


class NoTable(Base):
    __tablename__ = "nothing"


class Parcel(Own):
    __tablename__ = "parcel"
    number = Column(Integer)
    weight = Column(Integer)
    PrimaryKeyConstraint(number)
