"""A list whose service asks for more than its rows, in a project of three layers with owners."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.transfer.nested.test_nested import related

HOST = {
    "app/__init__.py": "",
    "app/database.py": """
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, declarative_base, sessionmaker

engine = create_engine("postgresql://localhost/todos")
SessionLocal = sessionmaker(bind=engine)
Base = declarative_base()


def get_db() -> Iterator[Session]:
    with SessionLocal() as db:
        yield db
""",
    "app/models.py": """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import relationship

from app.database import Base


class User(Base):
    __tablename__ = "users"

    id = Column(Integer, primary_key=True)
    email = Column(String, unique=True, nullable=False)
    hashed_password = Column(String, nullable=False)
    categories = relationship("Category", back_populates="owner")
    todos = relationship("Todo", back_populates="owner")


class Category(Base):
    __tablename__ = "categories"

    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False)
    owner_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    owner = relationship("User", back_populates="categories")


class Todo(Base):
    __tablename__ = "todos"

    id = Column(Integer, primary_key=True)
    title = Column(String, nullable=False)
    owner_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    owner = relationship("User", back_populates="todos")
""",
    "app/schemas.py": """
from pydantic import BaseModel, ConfigDict


class CategoryCreate(BaseModel):
    name: str


class CategoryUpdate(BaseModel):
    name: str | None = None


class CategoryResponse(CategoryCreate):
    model_config = ConfigDict(from_attributes=True)

    id: int


class TodoResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str


class TodoPage(BaseModel):
    items: list[TodoResponse]
    total: int
""",
    "app/repository.py": """
from sqlalchemy.orm import Session

from app import models, schemas


def get_category_by_id(db: Session, category_id: int, owner_id: int):
    return (
        db.query(models.Category)
        .filter(models.Category.id == category_id, models.Category.owner_id == owner_id)
        .first()
    )


def create_category(db: Session, category: schemas.CategoryCreate, owner_id: int):
    db_category = models.Category(**category.model_dump(), owner_id=owner_id)
    db.add(db_category)
    db.commit()
    return db_category


def update_category(
    db: Session, db_category: models.Category, category_update: schemas.CategoryUpdate
):
    for key, value in category_update.model_dump(exclude_unset=True).items():
        setattr(db_category, key, value)
    db.commit()
    return db_category


def get_todos(db: Session, owner_id: int, page: int = 1):
    query = db.query(models.Todo).filter(models.Todo.owner_id == owner_id)
    return query.offset(10 * (page - 1)).limit(10).all()


def get_todos_count(db: Session, owner_id: int):
    return db.query(models.Todo).filter(models.Todo.owner_id == owner_id).count()


def get_todo_by_id(db: Session, todo_id: int, owner_id: int):
    return (
        db.query(models.Todo)
        .filter(models.Todo.id == todo_id, models.Todo.owner_id == owner_id)
        .first()
    )
""",
    "app/service.py": """
from fastapi import HTTPException
from sqlalchemy.orm import Session

from app import repository, schemas


def get_category(db: Session, category_id: int, owner_id: int):
    category = repository.get_category_by_id(db, category_id, owner_id)
    if not category:
        raise HTTPException(status_code=404, detail="Category not found")
    return category


def create_category(db: Session, category: schemas.CategoryCreate, owner_id: int):
    return repository.create_category(db=db, category=category, owner_id=owner_id)


def update_category(
    db: Session, category_id: int, category_update: schemas.CategoryUpdate, owner_id: int
):
    db_category = get_category(db, category_id, owner_id)
    return repository.update_category(
        db=db, db_category=db_category, category_update=category_update
    )


def get_todo(db: Session, todo_id: int, owner_id: int):
    todo = repository.get_todo_by_id(db, todo_id, owner_id)
    if not todo:
        raise HTTPException(status_code=404, detail="Todo not found")
    return todo


def get_todos(db: Session, owner_id: int, page: int = 1):
    items = repository.get_todos(db=db, owner_id=owner_id, page=page)
    return items, repository.get_todos_count(db=db, owner_id=owner_id)
""",
    "app/auth.py": """
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt
from sqlalchemy.orm import Session

from app.database import get_db
from app.models import User

oauth2_scheme = OAuth2PasswordBearer(tokenUrl="login")


def get_current_user(token: str = Depends(oauth2_scheme), db: Session = Depends(get_db)) -> User:
    try:
        email = jwt.decode(token, "secret", algorithms=["HS256"])["sub"]
    except JWTError:
        raise HTTPException(status_code=401, detail="Not authenticated")
    user = db.query(User).filter(User.email == email).first()
    if user is None:
        raise HTTPException(status_code=401, detail="Not authenticated")
    return user
""",
    "app/main.py": """
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app import schemas, service
from app.auth import get_current_user
from app.database import get_db
from app.models import User

app = FastAPI()


@app.post("/categories", response_model=schemas.CategoryResponse, status_code=201)
def create_category(
    category: schemas.CategoryCreate,
    db: Session = Depends(get_db),
    current_user: User = Depends(get_current_user),
):
    return service.create_category(db=db, category=category, owner_id=current_user.id)


@app.get(
    "/categories/{category_id}", response_model=schemas.CategoryResponse, tags=["Categories"]
)
def get_category(
    category_id: int,
    db: Session = Depends(get_db),
    current_user: User = Depends(get_current_user),
):
    return service.get_category(db=db, category_id=category_id, owner_id=current_user.id)


@app.patch("/categories/{category_id}", response_model=schemas.CategoryResponse)
def update_category(
    category_id: int,
    category_update: schemas.CategoryUpdate,
    db: Session = Depends(get_db),
    current_user: User = Depends(get_current_user),
):
    return service.update_category(
        db=db, category_id=category_id, category_update=category_update, owner_id=current_user.id
    )


@app.get("/todos", response_model=schemas.TodoPage)
def read_todos(
    page: int = 1,
    db: Session = Depends(get_db),
    current_user: User = Depends(get_current_user),
):
    items, total = service.get_todos(db=db, owner_id=current_user.id, page=page)
    return {"items": items, "total": total}


@app.get("/todos/{todo_id}", response_model=schemas.TodoResponse)
def read_todo(
    todo_id: int,
    db: Session = Depends(get_db),
    current_user: User = Depends(get_current_user),
):
    return service.get_todo(db=db, todo_id=todo_id, owner_id=current_user.id)
""",
}


def host(tmp_path: Path) -> Path:
    """Write the project, with the relation that is asked for."""
    shutil.rmtree(tmp_path / "host", ignore_errors=True)
    for path, text in HOST.items():
        (tmp_path / "host" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "host" / path).write_text(text.lstrip("\n"))
    below = related(tmp_path / "host", "Category many-to-many Todo todos")
    assert ("GET", "/categories/{category_id}/todos") in below.made.endpoints, below.made.notes
    return tmp_path / "host"


def test_a_list_below_a_row_counts_the_rows_that_it_lists(tmp_path: Path) -> None:
    """The service asks the repository how many there are: there, too, only those of one parent."""
    root = host(tmp_path)
    service = (root / "app/service.py").read_text()
    repository = (root / "app/repository.py").read_text()
    listing = service.partition("def get_todos_of_category(")[2]
    assert "repository.get_todos_count_of_category(" in listing
    counting = repository.partition("def get_todos_count_of_category(")[2].partition("\ndef ")[0]
    assert "models.Todo.categories.any(" in counting


def test_what_is_said_in_another_layer_is_imported_there(tmp_path: Path) -> None:
    """The service says that a row is missing; the repository that has to say it, too, needs its error."""
    repository = (host(tmp_path) / "app/repository.py").read_text()
    assert "raise HTTPException(status_code=404" in repository
    assert "from fastapi import HTTPException\n" in repository


def test_a_row_that_is_changed_points_to_rows_of_its_owner_alone(tmp_path: Path) -> None:
    """Who asks is not told to the repository; whose the row is, is."""
    repository = (host(tmp_path) / "app/repository.py").read_text()
    changing = repository.partition("def update_category(")[2].partition("\ndef ")[0]
    assert "models.Todo.owner_id == db_category.owner_id" in changing


def test_endpoints_below_a_row_stand_under_its_heading(tmp_path: Path) -> None:
    """Where each endpoint says its tags, those of the parent are the new ones' in the documentation."""
    main = (host(tmp_path) / "app/main.py").read_text()
    below = [part for part in main.split("@app.")[1:] if "/{category_id}/todos" in part]
    assert len(below) == 3
    assert all('tags=["Categories"]' in part.partition("\ndef ")[0] for part in below)
