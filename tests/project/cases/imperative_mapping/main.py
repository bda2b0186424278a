from dataclasses import dataclass, field

from fastapi import FastAPI
from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.orm import registry, relationship

mapper_registry = registry()


@dataclass
class Author:
    name: str
    books: list["Book"] = field(default_factory=list)


@dataclass
class Book:
    title: str
    author: Author
    tags: list["Tag"] = field(default_factory=list)


@dataclass
class Tag:
    word: str


authors = Table(
    "authors",
    mapper_registry.metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(50), nullable=False, unique=True),
)
books = Table(
    "books",
    mapper_registry.metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(200), index=True),
    Column("author_id", ForeignKey("authors.id"), nullable=False),
)
tags = Table("tags", mapper_registry.metadata, Column("word", String, primary_key=True))
book_tags = Table(
    "book_tags",
    mapper_registry.metadata,
    Column("book_id", ForeignKey("books.id"), primary_key=True),
    Column("word", ForeignKey("tags.word"), primary_key=True),
)


def start_mappers() -> None:
    mapper_registry.map_imperatively(
        Author, authors, properties={"books": relationship("Book", back_populates="author")}
    )
    mapper_registry.map_imperatively(
        class_=Book,
        local_table=books,
        properties={
            "author": relationship(Author, back_populates="books"),
            "tags": relationship("Tag", secondary=book_tags),
            "heading": books.c.title,
        },
    )
    mapper_registry.map_imperatively(Tag, tags)


def create_app() -> FastAPI:
    start_mappers()
    return FastAPI()


app = create_app()
