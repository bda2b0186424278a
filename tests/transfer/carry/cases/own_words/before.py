#== app/models.py model
class Task(Base):
    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column()
    description: Mapped[str | None] = mapped_column()
#== app/routes/tasks.py routes
task_router = APIRouter(
    prefix="/tasks",
    responses={401: {"description": "Unauthorized"}},
)

NOT_FOUND = {404: {"description": "Task not found"}}


@task_router.post(
    "/",
    response_model=TaskPublic,
    responses={401: {"description": "Unauthorized"}, status.HTTP_409_CONFLICT: {"description": "Taken"}},
    openapi_extra={
        "description": "Of the caller",
        "requestBody": {
            "content": {"application/json": {"example": {"title": "Walk", "description": "Far"}}},
        },
    },
)
def create_task(
    data: TaskCreate = Body(
        title="New task",
        openapi_examples={
            "short": {"description": "As short as can be", "value": {"title": "Walk", "description": "Far"}},
        },
    ),
    db: Session = Depends(get_db),
):
    task = Task(title=data.title, description=data.description)
    db.add(task)
    db.commit()
    return task


@task_router.get(
    "/",
    response_model=list[TaskPublic],
    summary="All tasks",
    description="Those of the caller",
    responses={401: {"description": "Unauthorized"}},
)
def list_tasks(
    description: str | None = Query(None, title="Text", description="A part of it"),
    limit: int = Query(50, title="Limit", description="How many"),
    db: Session = Depends(get_db),
):
    query = db.query(Task)
    if description:
        query = query.filter(Task.description.ilike(f"%{description}%"))
    return query.limit(limit).all()


@task_router.get(
    "/{task_id}", response_model=TaskPublic, description="One task", responses=NOT_FOUND
)
def read_task(
    task_id: int = Path(title="Key", description="Which one"), db: Session = Depends(get_db)
):
    return db.get(Task, task_id)
#== app/schemas.py schema
class TaskCreate(BaseModel):
    title: str
    description: str | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "description": "What a client sends",
            "example": {"title": "Walk", "description": "Far"},
        }
    )


class TaskPublic(TaskCreate):
    id: int = Field(title="Key", description="Made by the database")
