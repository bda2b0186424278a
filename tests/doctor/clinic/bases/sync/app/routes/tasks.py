from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlmodel import Session, select

from app.auth import CurrentUser
from app.database import get_session
from app.models import Task
from app.schemas import TaskCreate, TaskPublic

router = APIRouter(prefix="/tasks", tags=["tasks"])


@router.get("/", response_model=list[TaskPublic])
def list_tasks(user: CurrentUser, session: Annotated[Session, Depends(get_session)]) -> list[Task]:
    return list(session.exec(select(Task).where(Task.owner_id == user.id)))


@router.post("/", response_model=TaskPublic, status_code=201)
def create_task(
    data: TaskCreate, user: CurrentUser, session: Annotated[Session, Depends(get_session)]
) -> Task:
    task = Task(title=data.title, status=data.status, owner_id=user.id)
    session.add(task)
    session.commit()
    session.refresh(task)
    return task


@router.get("/overdue", response_model=list[TaskPublic])
def overdue_tasks(
    user: CurrentUser, session: Annotated[Session, Depends(get_session)]
) -> list[Task]:
    return list(session.exec(select(Task).where(Task.owner_id == user.id)))


@router.get("/{task_id}", response_model=TaskPublic)
def get_task(
    task_id: int, user: CurrentUser, session: Annotated[Session, Depends(get_session)]
) -> Task:
    task = session.get(Task, task_id)
    if task is None or task.owner_id != user.id:
        raise HTTPException(status_code=404, detail="Task not found")
    return task


@router.patch("/{task_id}", response_model=TaskPublic)
def update_task(
    task_id: int,
    data: TaskCreate,
    user: CurrentUser,
    session: Annotated[Session, Depends(get_session)],
) -> Task:
    task = session.get(Task, task_id)
    if task is None or task.owner_id != user.id:
        raise HTTPException(status_code=404, detail="Task not found")
    task.title = data.title
    session.commit()
    session.refresh(task)
    return task


@router.delete("/{task_id}", status_code=204)
def delete_task(
    task_id: int, user: CurrentUser, session: Annotated[Session, Depends(get_session)]
) -> None:
    task = session.get(Task, task_id)
    if task is None or task.owner_id != user.id:
        raise HTTPException(status_code=404, detail="Task not found")
    session.delete(task)
    session.commit()
