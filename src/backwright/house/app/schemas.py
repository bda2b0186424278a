"""What clients send and what they get."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.fields import (
    LARGEST_INTEGER,
    MOST_LINKS,
    STORABLE,
    Date,
    DateTime,
    Email,
    IdOrNull,
    Input,
    Json,
    Links,
    Omittable,
    Text,
    Url,
)
from app.links import LinkedWith
from app.models import TaskStatus
from app.pagination import Page, PageQuery


class CategoryCreate(Input):
    """Fields for creating a category."""

    name: Annotated[str, Field(max_length=80), STORABLE]
    position: Annotated[int, Field(ge=0, le=LARGEST_INTEGER)] = 0
    parent_id: UUID | None = None
    label_ids: Links = []


class CategoryUpdate(Input):
    """Fields for changing a category; what is left out stays as it is."""

    name: Omittable[Annotated[str, Field(max_length=80), STORABLE]] = None
    position: Omittable[Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]] = None
    parent_id: UUID | None = None
    label_ids: Omittable[Links] = None


class CategoryPublic(BaseModel):
    """A category as clients see it."""

    id: UUID
    created_at: DateTime
    updated_at: DateTime
    name: str
    position: int
    parent_id: UUID | None
    label_ids: list[UUID]


class CategoryPage(Page[CategoryPublic]):
    """A page of categories."""


class CategoryFilter(PageQuery):
    """Parameters for listing categories."""

    sort: Literal["created_at", "-created_at", "name", "-name", "position", "-position"] = (
        "-created_at"
    )
    name: Annotated[str, Field(max_length=80), STORABLE] | None = None
    position: Annotated[int, Field(ge=0, le=LARGEST_INTEGER)] | None = None
    position_min: Annotated[int, Field(ge=0, le=LARGEST_INTEGER)] | None = None
    position_max: Annotated[int, Field(ge=0, le=LARGEST_INTEGER)] | None = None
    parent_id: IdOrNull | None = None
    label_ids: Annotated[list[UUID] | None, Field(max_length=MOST_LINKS), LinkedWith("labels")] = (
        None
    )


class LabelCreate(Input):
    """Fields for creating a label."""

    name: Annotated[str, Field(min_length=1, max_length=30), STORABLE]


class LabelUpdate(Input):
    """Fields for changing a label; what is left out stays as it is."""

    name: Omittable[Annotated[str, Field(min_length=1, max_length=30), STORABLE]] = None


class LabelPublic(BaseModel):
    """A label as clients see it."""

    id: UUID
    created_at: DateTime
    updated_at: DateTime
    name: str


class LabelPage(Page[LabelPublic]):
    """A page of labels."""


class LabelFilter(PageQuery):
    """Parameters for listing labels."""

    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"
    name: Annotated[str, Field(min_length=1, max_length=30), STORABLE] | None = None
    category_ids: Annotated[
        list[UUID] | None, Field(max_length=MOST_LINKS), LinkedWith("categories")
    ] = None


class ProjectCreate(Input):
    """Fields for creating a project."""

    name: Annotated[str, Field(min_length=1, max_length=120), STORABLE]
    inbox: Email
    site: Url | None = None
    budget: Annotated[Decimal, Field(max_digits=12, decimal_places=2)] = Decimal(0)
    category_id: UUID | None = None


class ProjectUpdate(Input):
    """Fields for changing a project; what is left out stays as it is."""

    name: Omittable[Annotated[str, Field(min_length=1, max_length=120), STORABLE]] = None
    inbox: Omittable[Email] = None
    site: Url | None = None
    budget: Omittable[Annotated[Decimal, Field(max_digits=12, decimal_places=2)]] = None
    category_id: UUID | None = None


class ProjectPublic(BaseModel):
    """A project as its owner sees it."""

    id: UUID
    created_at: DateTime
    updated_at: DateTime
    name: str
    inbox: str
    site: str | None
    budget: Decimal
    category_id: UUID | None


class ProjectPage(Page[ProjectPublic]):
    """A page of projects."""


class ProjectFilter(PageQuery):
    """Parameters for listing projects."""

    sort: Literal[
        "created_at",
        "-created_at",
        "name",
        "-name",
        "inbox",
        "-inbox",
        "site",
        "-site",
        "budget",
        "-budget",
    ] = "-created_at"
    name: Annotated[str, Field(min_length=1, max_length=120), STORABLE] | None = None
    inbox: Email | None = None
    site: Url | None = None
    budget: Annotated[Decimal, Field(max_digits=12, decimal_places=2)] | None = None
    budget_min: Annotated[Decimal, Field(max_digits=12, decimal_places=2)] | None = None
    budget_max: Annotated[Decimal, Field(max_digits=12, decimal_places=2)] | None = None
    category_id: IdOrNull | None = None


class TaskCreate(Input):
    """Fields for creating a task."""

    title: Annotated[str, Field(min_length=1, max_length=200), STORABLE]
    notes: Text | None = None
    done: bool = False
    priority: Annotated[int, Field(ge=1, le=5)] = 3
    status: TaskStatus = TaskStatus.OPEN
    due: Date | None = None
    score: Annotated[float, Field(allow_inf_nan=False)] | None = None
    project_id: UUID
    tag_ids: Links = []


class TaskUpdate(Input):
    """Fields for changing a task; what is left out stays as it is."""

    title: Omittable[Annotated[str, Field(min_length=1, max_length=200), STORABLE]] = None
    notes: Text | None = None
    done: Omittable[bool] = None
    priority: Omittable[Annotated[int, Field(ge=1, le=5)]] = None
    status: Omittable[TaskStatus] = None
    due: Date | None = None
    score: Annotated[float, Field(allow_inf_nan=False)] | None = None
    project_id: Omittable[UUID] = None
    tag_ids: Omittable[Links] = None


class TaskPublic(BaseModel):
    """A task as its owner sees it."""

    id: UUID
    created_at: DateTime
    updated_at: DateTime
    title: str
    notes: str | None
    done: bool
    priority: int
    status: TaskStatus
    due: date | None
    score: float | None
    project_id: UUID
    tag_ids: list[UUID]


class TaskPage(Page[TaskPublic]):
    """A page of tasks."""


class TaskFilter(PageQuery):
    """Parameters for listing tasks."""

    sort: Literal[
        "created_at",
        "-created_at",
        "title",
        "-title",
        "done",
        "-done",
        "priority",
        "-priority",
        "status",
        "-status",
        "due",
        "-due",
        "score",
        "-score",
    ] = "-created_at"
    title: Annotated[str, Field(min_length=1, max_length=200), STORABLE] | None = None
    done: bool | None = None
    priority: Annotated[int, Field(ge=1, le=5)] | None = None
    priority_min: Annotated[int, Field(ge=1, le=5)] | None = None
    priority_max: Annotated[int, Field(ge=1, le=5)] | None = None
    status: TaskStatus | None = None
    due: Date | None = None
    due_min: Date | None = None
    due_max: Date | None = None
    score_min: Annotated[float, Field(allow_inf_nan=False)] | None = None
    score_max: Annotated[float, Field(allow_inf_nan=False)] | None = None
    project_id: UUID | None = None
    tag_ids: Annotated[list[UUID] | None, Field(max_length=MOST_LINKS), LinkedWith("tags")] = None


class TagCreate(Input):
    """Fields for creating a tag."""

    name: Annotated[str, Field(max_length=50), STORABLE]
    key: UUID | None = None


class TagUpdate(Input):
    """Fields for changing a tag; what is left out stays as it is."""

    name: Omittable[Annotated[str, Field(max_length=50), STORABLE]] = None
    key: UUID | None = None


class TagPublic(BaseModel):
    """A tag as its owner sees it."""

    id: UUID
    created_at: DateTime
    updated_at: DateTime
    name: str
    key: UUID | None


class TagPage(Page[TagPublic]):
    """A page of tags."""


class TagFilter(PageQuery):
    """Parameters for listing tags."""

    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"
    name: Annotated[str, Field(max_length=50), STORABLE] | None = None
    key: UUID | None = None
    task_ids: Annotated[list[UUID] | None, Field(max_length=MOST_LINKS), LinkedWith("tasks")] = None


class CommentCreate(Input):
    """Fields for creating a comment."""

    body: Text
    said_at: DateTime
    meta: Json
    task_id: UUID
    tag_id: UUID | None = None
    parent_id: UUID | None = None


class CommentUpdate(Input):
    """Fields for changing a comment; what is left out stays as it is."""

    body: Omittable[Text] = None
    said_at: Omittable[DateTime] = None
    meta: Omittable[Json] = None
    task_id: Omittable[UUID] = None
    tag_id: UUID | None = None
    parent_id: UUID | None = None


class CommentPublic(BaseModel):
    """A comment as its owner sees it."""

    id: UUID
    created_at: DateTime
    updated_at: DateTime
    body: str
    said_at: DateTime
    meta: Json
    task_id: UUID
    tag_id: UUID | None
    parent_id: UUID | None


class CommentPage(Page[CommentPublic]):
    """A page of comments."""


class CommentFilter(PageQuery):
    """Parameters for listing comments."""

    sort: Literal["created_at", "-created_at", "said_at", "-said_at"] = "-created_at"
    said_at_min: DateTime | None = None
    said_at_max: DateTime | None = None
    task_id: UUID | None = None
    tag_id: IdOrNull | None = None
    parent_id: IdOrNull | None = None
