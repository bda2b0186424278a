from fastapi import FastAPI
from src.models.account import UserModel
from src.models.label import LabelModel
from src.models.task import TaskModel
from src.schemas.task import TaskCreateSchema, TaskResponseSchema, TaskUpdateSchema

app = FastAPI()
MODELS = (UserModel, LabelModel)


@app.post('/tasks', response_model=TaskResponseSchema)
async def create_task(task: TaskCreateSchema) -> TaskModel:
    return TaskModel(**task.model_dump())


@app.patch('/tasks/{task_id}', response_model=TaskResponseSchema)
async def update_task(task_id: int, task: TaskUpdateSchema) -> TaskModel:
    return TaskModel(id=task_id, **task.model_dump())
