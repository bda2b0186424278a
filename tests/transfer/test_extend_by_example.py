"""Fields added to resources of projects in their own styles."""

from __future__ import annotations

import ast
import difflib
import subprocess
import sys
from pathlib import Path

import pytest

from backwright.errors import UsageError
from backwright.project.reader import read_project
from backwright.spec.fields import read_fields
from backwright.spec.names import names_of
from backwright.transfer.draft import Draft
from backwright.transfer.example.extending import (
    extend_resource,
    find_model,
    learn_itself,
    missing_fields,
)
from backwright.transfer.example.facts import Learning
from backwright.transfer.example.modules import read_modules
from backwright.transfer.example.naming import Naming
from backwright.transfer.example.nouns import read_nouns
from backwright.transfer.example.ownership import Ownership

CASES = Path(__file__).parent / "dialect/cases"
FIELDS = ["rank:int:1..5:default=3:index", "state:enum:new,old", "ends:date:optional"]
HOSTS = {
    "columns_flat": ("Post", "app/models.py", "app/schemas.py"),
    "mapped_async": ("Task", "src/models/task.py", "src/schemas/task.py"),
    "sqlmodel_one_file": ("Item", "app/models.py", "app/models.py"),
    "sqlmodel_split": ("hero", "app/models/hero.py", "app/schemas/hero.py"),
}


def learning_of(root: Path, resource: str, words: list[str]) -> tuple[Draft, Learning]:
    draft, project = Draft(root), read_project(root)
    owners = Ownership(project, read_modules(draft), read_nouns(project.models))
    model = find_model(owners, resource)
    return draft, learn_itself(draft, owners, model, read_fields(words), {})


@pytest.mark.parametrize("case", sorted(HOSTS))
def test_model_and_schemas_get_the_fields(case: str) -> None:
    resource, models, schemas = HOSTS[case]
    draft, learning = learning_of(CASES / case, resource, FIELDS)
    assert [f.name for f in missing_fields(learning)] == ["rank", "state", "ends"]
    extend_resource(draft, learning, width=100)
    changed = draft.changes()
    assert {models, schemas} <= set(changed)
    for path, (before, after) in changed.items():
        assert before is not None
        assert after is not None
        ast.parse(after)
        both = before.decode().splitlines(), after.decode().splitlines()
        lost = [line for line in difflib.ndiff(*both) if line.startswith("- ")]
        assert not [line for line in lost if "import" not in line], path
    for name in ("rank", "state", "ends"):
        assert f"{name}: " in draft.text(schemas)
        assert f"{name}" in draft.text(models)


def test_a_reference_to_its_own_table_names_it_as_it_is() -> None:
    for case, (resource, models, _) in HOSTS.items():
        draft, learning = learning_of(CASES / case, resource, ["parent:ref:" + resource.title()])
        extend_resource(draft, learning, width=100)
        text = draft.text(models).replace("'", '"')
        assert f'"{learning.chain.model.table}.id"' in text, case


def test_columns_that_aliases_declare_make_a_model(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/db.py").write_text(ALIASES)
    (tmp_path / "app/models.py").write_text(ALIASED)
    (tmp_path / "app/main.py").write_text(
        "from fastapi import FastAPI\n\nfrom app import models\n\napp = FastAPI()\n"
    )
    draft, learning = learning_of(tmp_path, "Shelf", ["note:str:..20:optional"])
    extend_resource(draft, learning, width=100)
    assert "note: Mapped[str | None]" in draft.text("app/models.py")


ALIASES = """
from typing import Annotated

from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

key = Annotated[int, mapped_column(primary_key=True)]
title = Annotated[str, mapped_column(unique=True)]


class Base(DeclarativeBase):
    @declared_attr.directive
    def __tablename__(cls):
        return f"{cls.__name__.lower()}s"
"""
ALIASED = """
from app.db import Base, Mapped, key, title


class Shelf(Base):
    id: Mapped[key]
    name: Mapped[title]
"""


def test_a_field_that_is_there_is_not_added_again(tmp_path: Path) -> None:
    draft, learning = learning_of(CASES / "mapped_async", "Task", FIELDS)
    extend_resource(draft, learning, width=100)
    draft.write_into(tmp_path)
    assert missing_fields(learning_of(tmp_path, "Task", FIELDS)[1]) == ()
    with pytest.raises(UsageError, match="already, declared otherwise") as caught:
        missing_fields(learning_of(tmp_path, "Task", ["rank:str"])[1])
    assert caught.value.place is not None
    assert caught.value.place.file == "src/models/task.py"


def test_wrong_words_are_named() -> None:
    with pytest.raises(UsageError, match="did you mean 'Task'"):
        learning_of(CASES / "mapped_async", "Tsak", FIELDS)
    learning = learning_of(CASES / "mapped_async", "Task", ["boss:ref:Labl:optional"])[1]
    with pytest.raises(UsageError, match="did you mean 'Label'"):
        missing_fields(learning)


def test_an_index_of_a_fixed_name_gets_one_of_its_own() -> None:
    code = 'Index("idx_owner_id", owner_id)\nUniqueConstraint("a", "b", name="uq_pair")\n'
    draft, learning = learning_of(CASES / "columns_flat", "Post", [])
    new = Naming(learning.owners, learning.chain, names_of("Invoice"))
    assert new.renaming(code).exact["idx_owner_id"] == "idx_invoices_owner_id"
    assert new.renaming(code).exact["uq_pair"] == "uq_invoices_pair"
    assert "idx_owner_id" not in learning.naming.renaming(code).exact
    assert draft.changes() == {}


@pytest.mark.parametrize(("resource", "target"), [("Car", "Brand"), ("Brand", "Car")])
def test_a_second_reference_to_a_table_leaves_the_first_its_column(
    tmp_path: Path, resource: str, target: str
) -> None:
    for path, text in {
        "main.py": "from fastapi import FastAPI\nimport models\n\napp = FastAPI()\n",
        "models.py": "from sqlalchemy import Column, ForeignKey, Integer, String\n"
        "from sqlalchemy.orm import declarative_base, relationship\n\n"
        "Base = declarative_base()\n\n\n"
        "class Brand(Base):\n"
        "    __tablename__ = 'brands'\n"
        "    id = Column(Integer, primary_key=True)\n"
        "    name = Column(String(20), nullable=False)\n"
        "    cars = relationship('Car', back_populates='brand')\n\n\n"
        "class Car(Base):\n"
        "    __tablename__ = 'cars'\n"
        "    id = Column(Integer, primary_key=True)\n"
        "    plate = Column(String(20), nullable=False)\n"
        "    brand_id = Column(Integer, ForeignKey('brands.id'), nullable=False)\n"
        "    brand = relationship('Brand', back_populates='cars')\n",
    }.items():
        (tmp_path / path).write_text(text)
    draft, learning = learning_of(tmp_path, resource, [f"maker:ref:{target}:optional"])
    extend_resource(draft, learning, width=100)
    code = draft.text("models.py")
    assert code.count("[Car.brand_id]") == 2, code
    assert code.count(f"[{resource}.maker_id]") == 2, code
    module: dict[str, object] = {}
    exec(code, module)
    from sqlalchemy.orm import configure_mappers

    configure_mappers()


def test_a_change_of_some_fields_alone_says_nothing_of_the_new(tmp_path: Path) -> None:
    for path, text in {
        "main.py": PARTLY,
        "test_teams.py": "from main import client\n\n\n"
        "def test_create():\n"
        '    data = client.post("/teams", json={"name": "A", "city": "B"}).json()\n'
        '    assert data["name"] == "A"\n'
        '    assert data["city"] == "B"\n\n\n'
        "def test_update(team):\n"
        '    data = client.patch(f"/teams/{team[\'id\']}", json={"name": "C"}).json()\n'
        '    assert data["name"] == "C"\n'
        '    assert data["city"] == team["city"]\n',
    }.items():
        (tmp_path / path).write_text(text)
    draft, learning = learning_of(tmp_path, "Team", ["remarks:text:optional"])
    extend_resource(draft, learning, width=100)
    create, update = draft.text("test_teams.py").split("def test_update")
    assert 'data["remarks"] == "' in create
    assert update.count("remarks") == 2
    assert 'assert data["remarks"] == team["remarks"]' in update


PARTLY = """
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Field, Session, SQLModel, create_engine

engine = create_engine("sqlite://")
app = FastAPI()
client = TestClient(app)


class TeamCreate(SQLModel):
    name: str
    city: str


class Team(TeamCreate, table=True):
    id: int | None = Field(default=None, primary_key=True)


@app.post("/teams", response_model=Team)
def create_team(team: TeamCreate):
    with Session(engine) as session:
        row = Team.model_validate(team)
        session.add(row)
        session.commit()
        session.refresh(row)
        return row


@app.patch("/teams/{team_id}", response_model=Team)
def update_team(team_id: int, team: TeamCreate):
    with Session(engine) as session:
        row = session.get(Team, team_id)
        row.sqlmodel_update(team.model_dump(exclude_unset=True))
        session.add(row)
        session.commit()
        return row
"""


def test_a_function_that_takes_fields_one_by_one_is_not_given_what_it_has_no_name_for(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.py").write_text(
        PARTLY + "\n\ndef make_team(raw: str, session: Session):\n"
        '    name, city = raw.split(",")\n'
        '    data = {"name": name, "city": city}\n'
        "    return Team(name=name, city=city), data\n"
    )
    draft, learning = learning_of(tmp_path, "Team", ["rank:int:default=1"])
    done = extend_resource(draft, learning, width=100)
    made = draft.text("main.py").partition("def make_team")[2]
    assert "rank" not in made, made
    assert [n.text for n in done.notes if "make_team" in n.text]


def test_the_registry_that_classes_are_given_to_keeps_their_links(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(REGISTERED)
    draft, learning = learning_of(tmp_path, "Todo", ["extras:many:Todo"])
    extend_resource(draft, learning, width=100)
    assert "table_registry.metadata" in draft.text("main.py")
    draft.write_into(tmp_path / "made")
    code = "import main; from sqlalchemy.orm import configure_mappers; configure_mappers()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "made", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


REGISTERED = """
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.orm import Mapped, mapped_as_dataclass, mapped_column, registry

app = FastAPI()
table_registry = registry()


@mapped_as_dataclass(table_registry)
class Todo:
    __tablename__ = "todos"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    title: Mapped[str]


class TodoCreate(BaseModel):
    title: str


@app.post("/todos", response_model=TodoCreate)
def create_todo(todo: TodoCreate):
    return Todo(title=todo.title)
"""


def test_a_function_takes_a_new_field_by_its_default_and_imports_what_it_uses(
    tmp_path: Path,
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text(PARTLY.replace("    name: str\n    city: str\n", BOUNDED))
    (tmp_path / "app/service.py").write_text(
        "from app.main import Team\n\n\n"
        "def create_team(session, name: str, city: str) -> Team:\n"
        "    team = Team(name=name, city=city)\n"
        "    session.add(team)\n"
        "    return team\n"
    )
    draft, learning = learning_of(tmp_path, "Team", ["rank:int:1..5:default=3"])
    extend_resource(draft, learning, width=100)
    code = draft.text("app/service.py")
    assert "rank: int = 3" in code
    assert "Team(name=name, city=city, rank=rank)" in code
    assert "Field" not in code


BOUNDED = """    name: str = Field(..., max_length=20)
    city: str = Field(..., max_length=20)
"""


RENAMING_HOST = """\
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import Session, declarative_base

router = APIRouter()
Base = declarative_base()


class Book(Base):
    __tablename__ = "T_BOOK"
    BOK_ID = Column(Integer, primary_key=True)
    BOK_TITLE = Column(String, nullable=False)
    BOK_ISBN = Column(String, nullable=False)


class BookCreate(BaseModel):
    title: str
    isbn: str


class BookOut(BaseModel):
    title: str
    isbn: str


@router.post("/books", response_model=BookOut)
def create_book(data: BookCreate, db: Session) -> BookOut:
    book = Book(
        BOK_TITLE=data.title,
        BOK_ISBN=data.isbn,
    )
    db.add(book)
    return BookOut(title=book.BOK_TITLE, isbn=book.BOK_ISBN)


@router.get("/books", response_model=list[BookOut])
def list_books(db: Session) -> list[Book]:
    return db.query(Book).all()
"""


def test_columns_that_are_called_otherwise_than_what_is_sent_are_handed_over(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.py").write_text(RENAMING_HOST)
    draft, learning = learning_of(tmp_path, "Book", ["rank:int:1..5:default=3"])
    done = extend_resource(draft, learning, width=100)
    code = draft.text("main.py")
    assert "        BOK_ISBN=data.isbn,\n        rank=data.rank,\n    )" in code
    assert "BookOut(title=book.BOK_TITLE, isbn=book.BOK_ISBN, rank=book.rank)" in code
    assert not done.notes


def test_a_row_that_is_made_of_what_has_no_such_field_is_noted(tmp_path: Path) -> None:
    code = RENAMING_HOST.replace("data: BookCreate", "data: Sent").replace(
        "class BookOut", "class Sent:\n    title = isbn = 1\n\n\nclass BookOut"
    )
    (tmp_path / "main.py").write_text(code)
    draft, learning = learning_of(tmp_path, "Book", ["rank:int:1..5:default=3"])
    done = extend_resource(draft, learning, width=100)
    assert "data.rank" not in draft.text("main.py")
    assert [n.text for n in done.notes if "made here without rank" in n.text]


WRAPPING_HOST = """\
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base, relationship

router = APIRouter()
Base = declarative_base()


class Product(Base):
    __tablename__ = "products"
    id = Column(Integer, primary_key=True)
    label = Column(String, nullable=False)
    status = Column(String, nullable=False)
    parts = relationship("Part", back_populates="product")


class ProductOut(BaseModel):
    label: str
    status: str


class ProductCreate(BaseModel):
    product: ProductOut


class ProductService:
    @classmethod
    def read_product(cls, product_id):
        cls.product = Product.get(product_id)
        cls.parts = cls.read_parts(product_id)
        return {
            "label": cls.product.label,
            "status": cls.product.status,
            "parts": cls.parts,
        }


@router.post("/products", response_model=ProductOut)
def create_product(data: ProductCreate):
    return Product.create(**data.product.model_dump())


@router.get("/products/{product_id}", response_model=ProductOut)
def read_product(product_id: int):
    return ProductService.read_product(product_id)
"""


def test_the_row_itself_is_no_field_of_it(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(WRAPPING_HOST)
    draft, learning = learning_of(tmp_path, "Product", ["rank:int:1..5:default=3"])
    extend_resource(draft, learning, width=100)
    assert '"rank": cls.product.rank,' in draft.text("main.py")


FORM_HOST = """\
from fastapi import APIRouter, Form
from pydantic import BaseModel
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

router = APIRouter()
Base = declarative_base()


class Product(Base):
    __tablename__ = "products"
    id = Column(Integer, primary_key=True)
    label = Column(String, nullable=False)
    colour = Column(String, nullable=False)
    image = Column(String, nullable=False)


class ProductOut(BaseModel):
    label: str
    colour: str
    image: str


@router.post("/products", response_model=ProductOut)
def create_product(label: str = Form(...), colour: str = Form(None), db=None):
    product = Product(label=label, colour=colour, image=upload())
    db.add(product)
    return product


@router.put("/products/{product_id}", response_model=ProductOut)
def update_product(product_id: int, label: str = Form(...), colour: str = Form(None), db=None):
    query = db.query(Product).filter(Product.id == product_id)
    update_data = {"label": label, "colour": colour}
    query.update(update_data)
    return query.first()
"""


def test_what_is_sent_in_a_form_keeps_its_default_and_its_bounds(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(FORM_HOST)
    draft, learning = learning_of(tmp_path, "Product", ["rank:int:1..5:default=3"])
    extend_resource(draft, learning, width=100)
    code = draft.text("main.py")
    assert code.count("rank: int = Form(3, ge=1, le=5)") == 2
    assert "rank=rank" in code
    assert '{"label": label, "colour": colour, "rank": rank}' in code


SHOWN_AND_SENT = {
    "models.py": """\
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    title = Column(String, nullable=False)
""",
    "schemas.py": """\
from typing import Optional

from pydantic import BaseModel


class BookCreate(BaseModel):
    title: str


class BookSingle(BaseModel):
    id: Optional[int] = None
    title: Optional[str] = None
""",
    "routes.py": """\
from fastapi import APIRouter
from models import Book
from schemas import BookCreate, BookSingle

router = APIRouter()


@router.post("/books", response_model=BookSingle)
def create_book(body: BookCreate, db=None):
    return db.add(Book(**body.model_dump()))


@router.put("/books/{book_id}", response_model=BookSingle)
def update_book(book_id: int, body: BookSingle, db=None):
    book = db.get(Book, book_id)
    for field in body.model_dump(exclude_unset=True):
        setattr(book, field, getattr(body, field))
    return book
""",
    "main.py": """\
from fastapi import FastAPI
from routes import router

app = FastAPI()
app.include_router(router)
""",
}


def test_what_is_shown_and_sent_to_change_it_needs_no_field(tmp_path: Path) -> None:
    for path, text in SHOWN_AND_SENT.items():
        (tmp_path / path).write_text(text)
    draft, learning = learning_of(tmp_path, "Book", ["isbn:str:1..20"])
    extend_resource(draft, learning, width=100)
    create, single = draft.text("schemas.py").split("class BookSingle")
    assert "isbn: str" in create.split("class BookCreate")[1]
    assert "isbn: Optional[" in single


CRUD = {
    "app/__init__.py": "",
    "app/main.py": "from fastapi import Depends, FastAPI, HTTPException\nfrom sqlalchemy.orm import Session\n\n"
    "from app import crud\nfrom app.database import Post, get_db\nfrom app.schemas import PostCreate, PostResponse\n\n"
    "app = FastAPI()\n\n\n"
    '@app.post("/posts", response_model=PostResponse)\n'
    "def make(data: PostCreate, db: Session = Depends(get_db)) -> Post:\n    return crud.create_post(db, data)\n\n\n"
    '@app.delete("/posts/{post_id}", status_code=204)\n'
    "def remove(post_id: int, db: Session = Depends(get_db)) -> None:\n    post = db.get(Post, post_id)\n"
    '    if post is None:\n        raise HTTPException(404, "Post not found")\n    crud.delete_post(db, post)\n',
    "app/database.py": "from collections.abc import Iterator\n\nfrom sqlalchemy import create_engine\n"
    "from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column\n\n"
    'engine = create_engine("postgresql://localhost/blog")\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\n'
    'class Post(Base):\n    __tablename__ = "posts"\n\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    "    title: Mapped[str]\n\n\ndef get_db() -> Iterator[Session]:\n    with Session(engine) as db:\n"
    "        yield db\n",
    "app/schemas.py": "from pydantic import BaseModel, ConfigDict\n\n\nclass PostCreate(BaseModel):\n    title: str\n\n\n"
    "class PostResponse(PostCreate):\n    model_config = ConfigDict(from_attributes=True)\n\n    id: int\n",
    "app/crud.py": "from sqlalchemy.orm import Session\n\nfrom app.database import Post\n"
    "from app.schemas import PostCreate\n\n\n"
    "def create_post(db: Session, data: PostCreate) -> Post:\n    post = Post(**data.model_dump())\n"
    "    db.add(post)\n    db.commit()\n    db.refresh(post)\n    return post\n\n\n"
    "def delete_post(db: Session, post: Post) -> None:\n    db.delete(post)\n    db.commit()\n",
}


@pytest.mark.parametrize("word", ["serial:str:1..20:optional:unique", "serial:str:1..20:optional"])
def test_a_new_value_that_is_one_of_its_kind_is_answered_where_it_clashes(
    tmp_path: Path, word: str
) -> None:
    """Where nothing was unique, nothing answers a clash: it would be a 500. Deleting makes none."""
    for path, text in CRUD.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    draft, learning = learning_of(tmp_path, "Post", [word])
    extend_resource(draft, learning, width=88)
    code = draft.text("app/crud.py")
    making, _, removing = code.partition("def delete_post(")
    assert ("except IntegrityError as error:" in making) is word.endswith("unique")
    assert ("from sqlalchemy.exc import IntegrityError\n" in making) is word.endswith("unique")
    assert "try:" not in removing


def test_a_column_stands_with_the_columns_where_relationships_follow(tmp_path: Path) -> None:
    """A relationship may be a field like others; what is read top down has columns first."""
    files = dict(CRUD)
    files["app/database.py"] = files["app/database.py"].replace(
        "    title: Mapped[str]\n",
        "    title: Mapped[str]\n    \n"
        '    notes: Mapped[list["Note"]] = relationship(back_populates="post")\n\n\n'
        'class Note(Base):\n    __tablename__ = "notes"\n\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        '    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))\n'
        '    post: Mapped["Post"] = relationship(back_populates="notes")\n',
    )
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        text = text.replace("import create_engine", "import ForeignKey, create_engine")
        text = text.replace("Session, mapped_column", "Session, mapped_column, relationship")
        (tmp_path / path).write_text(text)
    draft, learning = learning_of(tmp_path, "Post", ["rank:int:default=3"])
    extend_resource(draft, learning, width=88)
    code = draft.text("app/database.py")
    assert "\n    \n    notes: " in code, "a line of others stays, with what it has of blanks"
    assert code.index("    title: ") < code.index("    rank: ") < code.index("    notes: ")
