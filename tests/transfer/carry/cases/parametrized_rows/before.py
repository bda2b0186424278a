#== routers/tasks.py routes
@router.post("/tasks", response_model=TaskResponse)
def create_task(data: TaskCreate, db: Session = Depends(get_db)):
    task = Task(**data.model_dump())
    db.add(task)
    db.commit()
    return task
#== schemas.py schema
class TaskCreate(BaseModel):
    title: str
    done: bool = False


class TaskResponse(TaskCreate):
    id: int
#== tests/test_tasks.py test
@pytest.mark.parametrize(
    ("method", "path", "payload"),
    [
        ("get", "/tasks/999", None),
        ("post", "/tasks", {"title": "One", "done": True}),
    ],
)
def test_task_errors(client, method, path, payload):
    body = getattr(client, method)(path, json=payload).json()
    assert "detail" in body or "id" in body


def test_create_task(client):
    response = client.post("/tasks", json={"title": "One", "done": True})
    assert response.status_code == 200
