"""Documents of `inspect` for tests, and a small project to inspect."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from backwright.report.inspect_types import (
    ColumnEntry,
    EndpointEntry,
    InspectDocument,
    ModelEntry,
)

APPLICATION = '''
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("sqlite://")
scheme = OAuth2PasswordBearer(tokenUrl="login")


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))


def get_db():
    with Session(engine) as session:
        yield session


def get_current_user(token: str = Depends(scheme)) -> str:
    """Return the user."""
    return token


router = APIRouter(prefix="/books")


@router.get("")
def list_books(skip: int = 0, limit: int = 10, db: Session = Depends(get_db)) -> list[str]:
    """List books."""
    return []


@router.get("/{book_id}")
def get_book(book_id: int, db: Session = Depends(get_db)) -> str:
    """Read a book."""
    raise HTTPException(status_code=404, detail={"error": "Book not found"})


@router.post("", dependencies=[Depends(get_current_user)])
def create_book(db: Session = Depends(get_db)) -> str:
    """Create a book."""
    return "made"


app = FastAPI()
app.include_router(router, prefix="/api")
'''


def write_project(root: Path, text: str = APPLICATION, name: str = "main.py") -> Path:
    """Write a project of one module."""
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(dedent(text), encoding="utf-8")
    return root


def column(name: str, kind: str = "str", **more: object) -> ColumnEntry:
    """Return a column."""
    entry = ColumnEntry(
        name=name,
        type=kind,
        nullable=False,
        primary_key=False,
        foreign_key=None,
        index=False,
        unique=False,
        file="models.py",
        line=3,
    )
    return {**entry, **more}  # type: ignore[typeddict-item]


def model(table: str, *columns: ColumnEntry, line: int = 1) -> ModelEntry:
    """Return a table with an integer key."""
    own = column("id", "int", primary_key=True)
    name = "".join(part.capitalize() for part in table.split("_"))
    return ModelEntry(
        name=name,
        table=table,
        file="models.py",
        line=line,
        columns=[own, *columns],
        relationships=[],
    )


def reference(table: str, **more: object) -> ColumnEntry:
    """Return a column that refers to a table."""
    return column(f"{table}_id", "int", foreign_key=f"{table}.id", **more)


def endpoint(method: str, path: str, auth: str = "none", *dependencies: str) -> EndpointEntry:
    """Return an endpoint."""
    return EndpointEntry(
        app="main:app",
        method=method,
        path=path,
        handler=f"main:{method.lower()}",
        file="app/routes/things.py",
        line=7,
        auth=auth,  # type: ignore[typeddict-item]
        dependencies=list(dependencies),
        request_model=None,
        response_model=None,
        owner_scoped=None,
        seen="static",
    )


def document(
    endpoints: list[EndpointEntry] | None = None, models: list[ModelEntry] | None = None
) -> InspectDocument:
    """Return a document."""
    return InspectDocument(
        schema=1,
        command="inspect",
        project="shop",
        apps=[{"object": "main:app", "file": "main.py", "line": 3}],
        endpoints=endpoints or [],
        models=models or [],
        schemas=[],
        services=[],
        auth={
            "approach": "none",
            "library": None,
            "hashing": None,
            "token_url": None,
            "current_user": None,
            "file": None,
            "line": None,
        },
        cors=None,
        migrations=None,
        database=None,
        settings=[],
        tests=[],
        package_manager=None,
        python_version=None,
        conventions={},
        evidence=[],
        runtime={"heard": False, "why": "not asked", "apps": [], "routes": 0, "tables": 0},
        unresolved=[],
    )
