from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from half import models, services
from half.database import get_db
from half.models import Label, User
from half.schemas import Post, TaskIn
from half.security import get_current_user

router = APIRouter()


@router.get("/posts", response_model=list[Post])
def list_posts(db: Session = Depends(get_db)):
    return db.scalars(select(models.Post)).all()


@router.get("/posts/{post_id}", response_model=Post)
def read_post(post_id: int, db: Session = Depends(get_db)):
    return _post(db, post_id)


@router.post("/posts", response_model=Post, status_code=201)
def add_post(
    data: TaskIn, db: Session = Depends(get_db), current_user: User = Depends(get_current_user)
):
    post = models.Post(title=data.title, author_id=current_user.id)
    db.add(post)
    db.commit()
    return post


@router.patch("/posts/{post_id}", response_model=Post)
def change_post(
    post_id: int,
    data: TaskIn,
    db: Session = Depends(get_db),
    current_user: User = Depends(get_current_user),
):
    """Change a post."""
    post = _post(db, post_id)
    post.title = data.title
    db.commit()
    return post


@router.post("/labels", status_code=201)
def add_label(name: str, db: Session = Depends(get_db)) -> dict[str, int]:
    return {"id": services.add_label(db, name).id}


@router.get("/labels")
def list_labels(db: Session = Depends(get_db)) -> list[str]:
    return list(db.scalars(select(Label.name)))


@router.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}


def _post(db: Session, post_id: int) -> models.Post:
    post = services.get_post(db, post_id)
    if post is None:
        raise HTTPException(status_code=404, detail="No such post")
    return post
