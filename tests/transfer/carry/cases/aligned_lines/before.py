#== app/services/task_service.py service
def create_task(db: Session, task_in: TaskCreate,
                owner_id: int) -> Task:
    task = Task(title=task_in.title,
                description=task_in.description,
                is_done=task_in.is_done,
                owner_id=owner_id)
    db.add(task)
    db.commit()
    return task


def get_task(db: Session, task_id: int,
             owner_id: int,
             ) -> Task:
    task = db.query(Task).filter(Task.id == task_id,
                                 Task.owner_id == owner_id).first()
    if not task:
        raise HTTPException(status_code=404,
                            detail="Task not found")
    return task


def get_tasks(db: Session, owner_id: int) -> list[Task]:
    return (db.query(Task)
            .filter(Task.owner_id == owner_id)
            .all())
#== app/api/tasks.py routes
from app.services.task_service import (create_task,
                                       get_task)


@router.get("/{task_id}",
            response_model=TaskResponse)
def read_task(task_id: int,
              db: Session = Depends(get_db),
              user: User = Depends(get_current_user)):
    return get_task(db, task_id,
                    user.id)
