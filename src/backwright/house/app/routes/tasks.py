"""Endpoints for tasks."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from app.database import SessionDep
from app.middleware.auth import CurrentUser
from app.responses import Answer, errors
from app.routing import Router
from app.schemas import TaskCreate, TaskFilter, TaskPage, TaskPublic, TaskUpdate
from app.services import task_service

router = Router(prefix="/tasks", tags=["tasks"], responses=errors(401))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=TaskPublic,
    responses=errors(400, 404, 409, 413),
)
async def create_task(
    data: TaskCreate, request: Request, session: SessionDep, caller: CurrentUser
) -> Response:
    """Create a task."""
    task = await task_service.create_task(session, caller, data)
    headers = {"Location": f"{request.url.path}/{task.id}"}
    return Answer(task, status.HTTP_201_CREATED, headers)


@router.get("", response_model=TaskPage, responses=errors(400))
async def list_tasks(
    query: Annotated[TaskFilter, Query()], session: SessionDep, caller: CurrentUser
) -> Response:
    """List your tasks, a page at a time."""
    return Answer(await task_service.list_tasks(session, caller, query))


@router.get("/{task_id}", response_model=TaskPublic, responses=errors(404))
async def read_task(task_id: UUID, session: SessionDep, caller: CurrentUser) -> Response:
    """Return one of your tasks."""
    return Answer(await task_service.get_task(session, caller, task_id))


@router.patch("/{task_id}", response_model=TaskPublic, responses=errors(400, 404, 409, 413))
async def update_task(
    task_id: UUID, data: TaskUpdate, session: SessionDep, caller: CurrentUser
) -> Response:
    """Change some fields of a task."""
    return Answer(await task_service.update_task(session, caller, task_id, data))


@router.delete("/{task_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404, 409))
async def delete_task(task_id: UUID, session: SessionDep, caller: CurrentUser) -> None:
    """Delete a task."""
    await task_service.delete_task(session, caller, task_id)
