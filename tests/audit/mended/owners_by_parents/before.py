from collections.abc import Iterator
from typing import Annotated
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Field, Session, SQLModel, create_engine, select
app = FastAPI()
engine = create_engine("sqlite://")
token = OAuth2PasswordBearer(tokenUrl="login")
class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str
    hashed_password: str
class Post(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    title: str
class Comment(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    text: str
def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened
def current_user(db: Annotated[Session, Depends(session)], sent: Annotated[str, Depends(token)]) -> User:
    user = db.exec(select(User).where(User.email == sent)).first()
    if user is None:
        raise HTTPException(401)
    return user
@app.post("/posts")
def write(title: str, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
    db.add(Post(owner_id=user.id, title=title))
    db.commit()
def find_comment(db: Session, comment_id: int) -> Comment:
    comment = db.exec(select(Comment).where(Comment.id == comment_id)).first()
    if comment is None:
        raise HTTPException(404)
    return comment
@app.delete("/comments/{comment_id}")
def remove(comment_id: int, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
    comment = db.get(Comment, comment_id)
    if comment is None:
        raise HTTPException(404)
    db.delete(comment)
    db.commit()
@app.patch("/comments/{comment_id}")
def change(comment_id: int, text: str, db: Annotated[Session, Depends(session)], user: Annotated[User, Depends(current_user)]) -> None:
    comment = find_comment(db, comment_id)
    comment.text = text
    db.add(comment)
    db.commit()
