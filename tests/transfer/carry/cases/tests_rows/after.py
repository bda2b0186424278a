#== tests/conftest.py
@pytest.fixture
def vehicle(session):
    vehicle = Vehicle(plate="plate 1", wheels=3, note="Some words", kind="car")
    session.add(vehicle)
    session.commit()
    return vehicle


#== tests/test_heroes.py
def test_create_vehicle(client):
    response = client.post("/vehicles/", json={
        "plate": "plate 2",
        "wheels": 4,
        "note": "Other words",
        "kind": "truck",
    })
    data = response.json()

    assert response.status_code == 201
    assert data["plate"] == "plate 2"
    assert data["wheels"] == 4
    assert data["note"] == "Other words"
    assert data["kind"] == "truck"
    assert data["id"] is not None


def test_create_vehicle_incomplete(client):
    response = client.post("/vehicles/", json={
        "wheels": 4,
        "note": "Other words",
        "kind": "truck",
    })
    assert response.status_code == 422


def test_create_vehicle_invalid(client):
    response = client.post(
        "/vehicles/",
        json={
            "plate": "",
            "wheels": 4,
            "note": "Other words",
            "kind": "truck",
        },
    )
    assert response.status_code == 422


def test_read_vehicle(client, vehicle):
    data = client.get(f"/vehicles/{vehicle.id}").json()
    assert data["plate"] == vehicle.plate
    assert data["wheels"] == vehicle.wheels
    assert data["note"] == vehicle.note
    assert data["id"] == vehicle.id


def test_update_vehicle(client, session):
    vehicle = Vehicle(plate="plate 2", wheels=4, note="Other words", kind="truck")
    session.add(vehicle)
    session.commit()

    response = client.patch(f"/vehicles/{vehicle.id}", json={"plate": "plate 3"})
    data = response.json()

    assert response.status_code == 200
    assert data["plate"] == "plate 3"
    assert data["wheels"] == 4
    assert data["note"] == "Other words"
    assert data["kind"] == "truck"


def test_delete_vehicle(client, vehicle):
    assert client.delete(f"/vehicles/{vehicle.id}").status_code == 204
