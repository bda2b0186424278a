"""A guard that stands beside the exemplar's endpoints is one for the project."""

from __future__ import annotations

from pathlib import Path

from backwright.project import read_project
from backwright.spec.resource import read_resource_line
from backwright.tasks.by_example import lessons, write
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft

FILES = {
    "app/__init__.py": "",
    "app/routers/__init__.py": "",
    "app/main.py": "from fastapi import FastAPI\n\nfrom app.routers import posts\n\napp = FastAPI()\n"
    "app.include_router(posts.router)\n",
    "app/database.py": """
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("postgresql://localhost/blog")


class Base(DeclarativeBase):
    pass


class Post(Base):
    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


def get_db() -> Iterator[Session]:
    with Session(engine) as db:
        yield db
""",
    "app/schemas.py": """
from pydantic import BaseModel, ConfigDict


class PostCreate(BaseModel):
    title: str


class PostResponse(PostCreate):
    model_config = ConfigDict(from_attributes=True)

    id: int
""",
    "app/routers/posts.py": """
import os

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Post, get_db
from app.schemas import PostCreate, PostResponse

router = APIRouter(prefix="/posts", tags=["posts"])
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="login")


def get_current_user(token: str = Depends(oauth2_scheme)) -> str:
    try:
        return jwt.decode(token, os.environ["SECRET"], algorithms=["HS256"])["sub"]
    except JWTError:
        raise HTTPException(status_code=401, detail="Not authenticated")


def get_post_or_404(post_id: int, db: Session = Depends(get_db)) -> Post:
    post = db.get(Post, post_id)
    if post is None:
        raise HTTPException(status_code=404, detail="Post not found")
    return post


@router.post("/", response_model=PostResponse, status_code=201)
def create_post(
    data: PostCreate, db: Session = Depends(get_db), user: str = Depends(get_current_user)
):
    post = Post(**data.model_dump())
    db.add(post)
    db.commit()
    return post


@router.get("/", response_model=list[PostResponse])
def list_posts(db: Session = Depends(get_db), user: str = Depends(get_current_user)):
    return db.scalars(select(Post)).all()


@router.get("/{post_id}", response_model=PostResponse)
def read_post(post: Post = Depends(get_post_or_404), user: str = Depends(get_current_user)):
    return post


@router.put("/{post_id}", response_model=PostResponse)
def update_post(
    data: PostCreate,
    post: Post = Depends(get_post_or_404),
    db: Session = Depends(get_db),
    user: str = Depends(get_current_user),
):
    for key, value in data.model_dump().items():
        setattr(post, key, value)
    db.commit()
    return post


@router.delete("/{post_id}", status_code=204)
def delete_post(
    post: Post = Depends(get_post_or_404),
    db: Session = Depends(get_db),
    user: str = Depends(get_current_user),
):
    db.delete(post)
    db.commit()
""",
}


def test_a_guard_is_imported_and_what_is_about_the_exemplar_is_carried(tmp_path: Path) -> None:
    """Tests that let everybody in by overriding the one guard would not by a second."""
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text.lstrip("\n"))
    project = read_project(tmp_path)
    spec = read_resource_line("Invoice number:str:1..9")
    made = lessons(Draft(tmp_path), project, spec, Answers(yes=True))
    assert made
    write(tmp_path, made[0], {"pydantic": "2.12.0", "sqlalchemy": "2.0.44"})
    code = (tmp_path / "app/routers/invoices.py").read_text()
    assert "from app.routers.posts import get_current_user\n" in code
    assert "def get_current_user" not in code
    assert "oauth2_scheme" not in code
    assert "OAuth2PasswordBearer" not in code
    assert "def get_invoice_or_404(" in code
    assert code.count("Depends(get_current_user)") == 5
