import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Optional

from sqlalchemy import Column, DateTime, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, composite, declared_attr, mapped_column, relationship

Key = Annotated[int, mapped_column(primary_key=True)]
Name = Annotated[Optional[str], mapped_column(String(30), index=True)]


class Base(DeclarativeBase):
    metadata = MetaData()

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower() + "s"


class Stamps:
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @declared_attr
    def owner_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("app_users.id"))


class Numbered(Base):
    __abstract__ = True
    id: Mapped[Key]


@dataclass
class Point:
    lat: float
    lng: float | None


class AppUser(Numbered):
    name: Mapped[Name]
    x: Mapped[int]
    place: Mapped["Point"] = composite(mapped_column("lat"), mapped_column("lng"))
    posts: Mapped[list["Post"]] = relationship(back_populates="author")


article_tags = Table(
    "article_tags",
    Base.metadata,
    Column("post_id", ForeignKey("posts.id"), primary_key=True),
    Column("tag_id", Integer, ForeignKey("tags.id"), primary_key=True),
)


class Post(Stamps, Numbered):
    author: Mapped["AppUser"] = relationship(back_populates="posts")
    tags: Mapped[list["Tag"]] = relationship(secondary=article_tags, backref="posts")
    parent_id: Mapped[Optional[int]] = mapped_column(ForeignKey("posts.id"))
    parent: Mapped[Optional["Post"]] = relationship(remote_side="Post.id")


class Tag(Base):
    id = Column(Integer, primary_key=True)
    title = Column("label", String(20), nullable=False, unique=True)
    kind = Column(String)
    __mapper_args__ = {"polymorphic_on": "kind"}


class SpecialTag(Tag):
    __tablename__ = None
    extra: Mapped[Optional[str]]
