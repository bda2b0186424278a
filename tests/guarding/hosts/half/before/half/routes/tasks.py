from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from half import schemas, services
from half.database import get_db
from half.models import Task, User
from half.security import get_admin, get_current_user

router = APIRouter(tags=["tasks"])


@router.get("/tasks", response_model=list[schemas.Task])
def list_tasks(db: Session = Depends(get_db), current_user: User = Depends(get_current_user)):
    return services.list_tasks(db, current_user)


@router.post("/tasks", response_model=schemas.Task, status_code=201)
def add_task(
    data: schemas.TaskIn,
    db: Session = Depends(get_db),
    current_user: User = Depends(get_current_user),
):
    return services.add_task(db, data.title, current_user)


@router.get("/tasks/{task_id}", response_model=schemas.Task)
def read_task(
    task_id: int, db: Session = Depends(get_db), _: User = Depends(get_current_user)
):
    task = services.get_task(db, task_id)
    if task is None:
        raise HTTPException(status_code=404, detail="No such task")
    return task


@router.delete("/tasks/{task_id}", status_code=204)
def delete_task(task_id: int, db: Session = Depends(get_db)) -> None:
    task = services.get_task(db, task_id)
    if task is None:
        raise HTTPException(status_code=404, detail="No such task")
    db.delete(task)
    db.commit()


@router.get("/tasks/{task_id}/remarks", response_model=list[schemas.Remark])
def list_remarks(
    task_id: int, db: Session = Depends(get_db), me: User = Depends(get_current_user)
):
    return services.list_remarks(db, task_id)


@router.post("/tasks/{task_id}/remarks", response_model=schemas.Remark, status_code=201)
def add_remark(
    task_id: int,
    data: schemas.RemarkIn,
    db: Session = Depends(get_db),
    current_user: User = Depends(get_current_user),
):
    task = db.scalar(select(Task).where(Task.id == task_id, Task.user_id == current_user.id))
    if task is None:
        raise HTTPException(status_code=404, detail="No such task")
    return services.add_remark(db, data.text, task)


@router.get("/all-tasks", response_model=list[schemas.Task])
def all_tasks(db: Session = Depends(get_db), admin: User = Depends(get_admin)):
    return db.scalars(select(Task)).all()
