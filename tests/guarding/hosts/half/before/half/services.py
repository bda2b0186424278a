from sqlalchemy import select
from sqlalchemy.orm import Session

from half.models import Label, Post, Remark, Task, User


def list_tasks(db: Session, user: User) -> list[Task]:
    return list(db.scalars(select(Task).where(Task.user_id == user.id)))


def get_task(db: Session, task_id: int) -> Task | None:
    return db.get(Task, task_id)


def add_task(db: Session, title: str, user: User) -> Task:
    task = Task(title=title, user_id=user.id)
    db.add(task)
    db.commit()
    return task


def list_remarks(db: Session, task_id: int) -> list[Remark]:
    return list(db.scalars(select(Remark).where(Remark.task_id == task_id)))


def add_remark(db: Session, text: str, task: Task) -> Remark:
    remark = Remark(text=text, task_id=task.id)
    db.add(remark)
    db.commit()
    return remark


def get_post(db: Session, post_id: int) -> Post | None:
    return db.get(Post, post_id)


def add_label(db: Session, name: str) -> Label:
    label = Label(name=name)
    db.add(label)
    db.commit()
    return label
