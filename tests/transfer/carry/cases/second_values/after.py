#== tests/test_tasks.py
def test_update_label(client, auth_headers, db_session, user):
    label = Label(name="name 1", color="color 1", owner_id=user.id)
    db_session.add(label)
    db_session.commit()

    response = client.put(
        f"/labels/{label.id}",
        headers=auth_headers,
        json={"name": "name 2", "color": "color 2"},
    )
    assert response.status_code == 200

    data = response.json()
    assert data["name"] == "name 2"
    assert data["color"] == "color 2"


def test_update_label_of_another(client, auth_headers, db_session, other_user):
    label = Label(name="name 1", color="color 1", owner_id=other_user.id)
    db_session.add(label)
    db_session.commit()

    response = client.put(
        f"/labels/{label.id}",
        headers=auth_headers,
        json={"name": "name 2", "color": "color 2"},
    )
    assert response.status_code == 404

    db_session.refresh(label)
    assert label.name == "name 1"
    assert label.color == "color 1"


def test_label_is_changed_twice(client, auth_headers):
    data = client.post(
        "/labels", headers=auth_headers, json={"name": "name 1", "color": "color 1"}
    ).json()
    assert data["name"] == "name 1"
    assert data["color"] == "color 1"

    data = client.put(
        f"/labels/{data['id']}",
        headers=auth_headers,
        json={"name": "name 2", "color": "color 2"},
    ).json()
    assert data["name"] == "name 2"
    assert data["color"] == "color 2"
