#== app/models/task.py model
class Task(Base):
    """
    Represents a task entity in the system.

    This model stores user-created tasks and their metadata,
    including status, ownership, and timestamps.

    Each task has an owner, and is stored with its id, title,
    and owner. Who sees it sees it with a title and a description.
    """

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True, index=True)
    title: Mapped[str] = mapped_column(index=True, nullable=False)
    description: Mapped[str | None] = mapped_column(nullable=True)
    is_done: Mapped[bool] = mapped_column(default=False)

    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


#== app/schemas/task.py schema
class TaskBase(BaseModel):
    """Data of a task, such as its title, ownership and identity."""

    title: str = Field(..., description="Task title")
    description: str | None = Field(None, description="What there is to be done by whom, and identity")
    is_done: bool = Field(False, description="Completion status")


#== app/services/task_service.py service
def create_task(db: Session, task_in: TaskCreate, owner_id: int) -> Task:
    """Create a task with status and a title (with an owner)."""
    task = Task(**task_in.model_dump(), owner_id=owner_id)
    db.add(task)
    db.commit()
    return task
