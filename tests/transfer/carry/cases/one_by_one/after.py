#== services/tasks.py
# needs decimal Decimal
class TaskService:
    def __init__(self, repo: TaskRepository) -> None:
        self.repo = repo

    async def create_task(self, title: str, description: str | None = None, priority: int = 3, worth: Decimal = "1", serial: str | None = None) -> Task:
        """Create a task.

        Args:
            title (str): Название задачи
            description (Optional[str]): Описание задачи
            priority (int): Priority of the task
            worth (Decimal): Worth of the task
            serial (str | None): Serial of the task
        """
        await self.ensure_unique_title(title)
        task = Task(title=title, description=description, status=TaskStatus.CREATED, priority=priority, worth=worth, serial=serial)
        await self.repo.create(task)
        return task

    async def update_task(
        self,
        task_id: UUID,
        title: str | None = None,
        description: str | None = None,
        priority: int | None = None,
        worth: Decimal | None = None,
        serial: str | None = None,
        status: TaskStatus | None = None,
    ) -> Task:
        task = await self.get_task(task_id)
        if title is not None:
            existing = await self.repo.get_by_title(title)
            if existing and existing.id != task.id:
                raise BusinessRuleError("Task with this title already exists")
            task.title = title
        if priority is not None:
            task.priority = priority
        if worth is not None:
            task.worth = worth
        if serial is not None:
            task.serial = serial

        task.description = description

        if status is not None:
            if task.status == TaskStatus.DONE and status != TaskStatus.DONE:
                raise BusinessRuleError("A completed task cannot be changed")
            task.status = status

        await self.repo.update(task)
        return task
#== tests/test_tasks.py
async def test_title_is_not_empty(service):
    title = "Valid Title"
    await service.ensure_title_is_not_empty(title)


async def test_create(service):
    task = await service.create_task("New Task", "Description")
    assert task.title == "New Task"


@pytest.mark.parametrize("title", ["A", "Valid Title"])
@pytest.mark.parametrize("description", [None, ""])
def test_valid_creation(title, description):
    task = TaskCreate(title=title, description=description)
    assert task.title == title


def test_it_is_said_by_its_name(service):
    title = "Valid Title"
    assert service.names(priority=1) == title
