#== tests/test_tasks.py test
def test_update_task(client, auth_headers, db_session, user):
    task = Task(title="Old", description="Old description", owner_id=user.id)
    db_session.add(task)
    db_session.commit()

    response = client.put(
        f"/tasks/{task.id}",
        headers=auth_headers,
        json={"title": "Updated", "is_done": True},
    )
    assert response.status_code == 200

    data = response.json()
    assert data["title"] == "Updated"
    assert data["is_done"] is True
    assert data["description"] == "Old description"


def test_update_task_of_another(client, auth_headers, db_session, other_user):
    task = Task(title="Secret", description="Hidden", owner_id=other_user.id)
    db_session.add(task)
    db_session.commit()

    response = client.put(
        f"/tasks/{task.id}",
        headers=auth_headers,
        json={"title": "Stolen", "is_done": True},
    )
    assert response.status_code == 404

    db_session.refresh(task)
    assert task.title == "Secret"
    assert task.description == "Hidden"


def test_task_is_changed_twice(client, auth_headers):
    data = client.post(
        "/tasks", headers=auth_headers, json={"title": "First", "description": "One"}
    ).json()
    assert data["title"] == "First"
    assert data["description"] == "One"

    data = client.put(
        f"/tasks/{data['id']}",
        headers=auth_headers,
        json={"title": "Second", "description": "Two"},
    ).json()
    assert data["title"] == "Second"
    assert data["description"] == "Two"
