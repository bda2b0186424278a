"""The peer of the benchmark: the same endpoints in the way of the official FastAPI template.

After fastapi/full-stack-fastapi-template, `backend/app/api/deps.py` and `routes/items.py`: a
synchronous SQLModel session per request in the thread pool, the user loaded by the ORM on each
request, answers validated by `response_model`. The tables are those of the house.
"""

import os
import uuid
from collections.abc import Generator
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, FastAPI, HTTPException, status
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import OAuth2PasswordBearer
from jwt.exceptions import InvalidTokenError
from pydantic import AwareDatetime, EmailStr, ValidationError
from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, create_engine, select

SECRET_KEY = os.environ["SECRET_KEY"]

engine = create_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"),
    pool_size=10,
    max_overflow=0,
)


class User(SQLModel, table=True):
    """An account."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    email: EmailStr = Field(unique=True, index=True, max_length=254)
    is_active: bool = True
    full_name: str | None = Field(default=None, max_length=200)
    password_hash: str


class ProjectBase(SQLModel):
    """What a project is made of."""

    name: str = Field(min_length=1, max_length=120)
    inbox: EmailStr = Field(max_length=254)
    site: str | None = Field(default=None, max_length=2083)
    budget: Decimal = Field(default=Decimal(0), max_digits=12, decimal_places=2)
    category_id: uuid.UUID | None = None


class ProjectCreate(ProjectBase):
    """What a client sends."""


class Project(ProjectBase, table=True):
    """A goal with the work that leads to it."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    created_at: AwareDatetime = Field(default=None, sa_column_kwargs={"server_default": func.now()})
    updated_at: AwareDatetime = Field(default=None, sa_column_kwargs={"server_default": func.now()})


class ProjectPublic(ProjectBase):
    """What a client gets."""

    id: uuid.UUID
    created_at: datetime
    updated_at: datetime


class ProjectsPublic(SQLModel):
    """A part of the list."""

    items: list[ProjectPublic]
    next_cursor: str | None = None
    total: int | None = None


class TokenPayload(SQLModel):
    """What a token says."""

    sub: str | None = None


def get_db() -> Generator[Session, None, None]:
    """A session per request."""
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_db)]
TokenDep = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/api/v1/login/access-token"))]


def get_current_user(session: SessionDep, token: TokenDep) -> User:
    """The user whom the token names."""
    try:
        payload = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
        token_data = TokenPayload(**payload)
    except (InvalidTokenError, ValidationError) as error:
        raise HTTPException(
            status_code=status.HTTP_403_FORBIDDEN, detail="Could not validate credentials"
        ) from error
    user = session.get(User, uuid.UUID(token_data.sub))
    if not user:
        raise HTTPException(status_code=404, detail="User not found")
    if not user.is_active:
        raise HTTPException(status_code=400, detail="Inactive user")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]

router = APIRouter(prefix="/projects", tags=["projects"])


@router.get("", response_model=ProjectsPublic)
def read_projects(
    session: SessionDep, current_user: CurrentUser, limit: int = 20
) -> ProjectsPublic:
    """The newest projects. (The template counts them all as well; here it need not.)"""
    statement = (
        select(Project)
        .where(Project.owner_id == current_user.id)
        .order_by(col(Project.created_at).desc())
        .limit(limit)
    )
    return ProjectsPublic(
        items=[ProjectPublic.model_validate(row) for row in session.exec(statement)]
    )


@router.get("/{project_id}", response_model=ProjectPublic)
def read_project(session: SessionDep, current_user: CurrentUser, project_id: uuid.UUID) -> Project:
    """One project."""
    project = session.get(Project, (project_id, current_user.id))
    if not project:
        raise HTTPException(status_code=404, detail="Project not found")
    return project


@router.post("", response_model=ProjectPublic, status_code=201)
def create_project(
    *, session: SessionDep, current_user: CurrentUser, project_in: ProjectCreate
) -> Project:
    """A new project."""
    project = Project.model_validate(project_in, update={"owner_id": current_user.id})
    session.add(project)
    session.commit()
    session.refresh(project)
    return project


app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["http://localhost:5173"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
app.include_router(router, prefix="/api/v1")
