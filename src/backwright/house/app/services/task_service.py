"""What can be done with tasks. Every statement is about the caller's own rows only."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, insert, select, update

from app.auth import Caller
from app.columns import linked_ids
from app.database import Session
from app.exceptions import NotFoundError
from app.models import Task, TaskTag
from app.pagination import paginate
from app.schemas import TaskCreate, TaskFilter, TaskPage, TaskPublic, TaskUpdate

TAG_IDS = linked_ids(
    col(TaskTag.tag_id),
    col(TaskTag.owner_id) == col(Task.owner_id),
    col(TaskTag.task_id) == col(Task.id),
).label("tag_ids")


async def create_task(session: Session, caller: Caller, data: TaskCreate) -> TaskPublic:
    """Create a task that belongs to the caller."""
    values = data.model_dump(exclude={"tag_ids"})
    statement = insert(Task).values(**values, owner_id=caller.id).returning(Task)
    async with session.transaction():
        task = await session.one(statement, TaskPublic, caller=caller)
        task.tag_ids = await _add_tags(session, caller, task.id, data.tag_ids)
    return task


async def list_tasks(session: Session, caller: Caller, query: TaskFilter) -> TaskPage:
    """Return a page of the caller's tasks."""
    statement = select(Task, TAG_IDS).where(col(Task.owner_id) == caller.id)
    return await paginate(session, statement, Task, query, TaskPage, caller=caller)


async def get_task(session: Session, caller: Caller, task_id: UUID) -> TaskPublic:
    """Return a task of the caller.

    Raises:
        NotFoundError: If the caller has no such task.
    """
    statement = select(Task, TAG_IDS).where(
        col(Task.owner_id) == caller.id, col(Task.id) == task_id
    )
    task = await session.one_or_none(statement, TaskPublic, caller=caller)
    if task is None:
        raise NotFoundError("Task not found")
    return task


async def update_task(
    session: Session, caller: Caller, task_id: UUID, data: TaskUpdate
) -> TaskPublic:
    """Change the fields of a task that the data has, and return the task.

    Raises:
        NotFoundError: If the caller has no such task.
    """
    if not data.model_fields_set:
        return await get_task(session, caller, task_id)
    values = data.model_dump(exclude_unset=True, exclude={"tag_ids"})
    statement = (
        update(Task)
        .where(col(Task.owner_id) == caller.id, col(Task.id) == task_id)
        .values(**values, updated_at=func.now())
    )
    async with session.transaction():
        if not await session.execute(statement, caller=caller):
            raise NotFoundError("Task not found")
        if data.tag_ids is not None:
            await _replace_tags(session, caller, task_id, data.tag_ids)
        return await get_task(session, caller, task_id)


async def delete_task(session: Session, caller: Caller, task_id: UUID) -> None:
    """Delete a task.

    Raises:
        NotFoundError: If the caller has no such task.
    """
    statement = delete(Task).where(col(Task.owner_id) == caller.id, col(Task.id) == task_id)
    if not await session.execute(statement, caller=caller):
        raise NotFoundError("Task not found")


async def _add_tags(
    session: Session, caller: Caller, task_id: UUID, tag_ids: list[UUID]
) -> list[UUID]:
    """Give a task these tags, and return them in order.

    Raises:
        NotFoundError: If the caller has no such tag.
    """
    links = [
        {"owner_id": caller.id, "task_id": task_id, "tag_id": tag_id}
        for tag_id in sorted(set(tag_ids))
    ]
    if links:
        await session.execute(insert(TaskTag).values(links))
    return [link["tag_id"] for link in links]


async def _replace_tags(
    session: Session, caller: Caller, task_id: UUID, tag_ids: list[UUID]
) -> None:
    """Take all tags from a task, and give it these.

    Raises:
        NotFoundError: If the caller has no such tag.
    """
    await session.execute(
        delete(TaskTag).where(col(TaskTag.owner_id) == caller.id, col(TaskTag.task_id) == task_id)
    )
    await _add_tags(session, caller, task_id, tag_ids)
