"""A list of tasks, each its user's own."""

from datetime import datetime

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import jwt
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select

engine = create_engine("postgresql://localhost/tasks")
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="/api/auth/login")
app = FastAPI()


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, index=True)
    password_hash: str
    tasks: list["Task"] = Relationship(back_populates="owner")


class Task(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str
    done: bool = False
    created_at: datetime
    owner_id: int = Field(foreign_key="user.id")
    owner: User = Relationship(back_populates="tasks")


class TaskCreate(SQLModel):
    title: str


def get_session():
    with Session(engine) as session:
        yield session


def get_current_user(
    token: str = Depends(oauth2_scheme), session: Session = Depends(get_session)
) -> User:
    payload = jwt.decode(token, "secret", algorithms=["HS256"])
    user = session.get(User, int(payload["sub"]))
    if user is None:
        raise HTTPException(status_code=401)
    return user


@app.get("/api/tasks")
def list_tasks(
    session: Session = Depends(get_session), user: User = Depends(get_current_user)
) -> list[Task]:
    return session.exec(select(Task).where(Task.owner_id == user.id)).all()


@app.post("/api/tasks", status_code=201)
def create_task(
    data: TaskCreate,
    session: Session = Depends(get_session),
    user: User = Depends(get_current_user),
) -> Task:
    task = Task(title=data.title, owner_id=user.id, created_at=datetime.now())
    session.add(task)
    session.commit()
    return task
