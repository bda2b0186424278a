def test_create_part(client, shelf):
    payload = {"name": "Nut", "description": "M8", "quantity": 5, "shelf_id": shelf.id}
    response = client.post("/api/parts/", json=payload)
    assert response.status_code == 201
    assert response.json()["name"] == "Nut"
    assert response.json()["quantity"] == 5


def test_create_part_on_no_shelf(client):
    payload = {"name": "Nut", "description": "M8", "quantity": 5, "shelf_id": 99}
    assert client.post("/api/parts/", json=payload).status_code == 404


def test_list_parts(client, part):
    body = client.get("/api/parts/").json()
    assert body["total"] == 1
    assert body["items"][0]["id"] == part.id


def test_get_part(client, part):
    response = client.get(f"/api/parts/{part.id}")
    assert response.status_code == 200
    assert response.json()["name"] == "Bolt"


def test_get_no_part(client):
    response = client.get("/api/parts/99")
    assert response.status_code == 404
    assert response.json() == {"detail": "Part not found"}


def test_update_part(client, part):
    response = client.patch(f"/api/parts/{part.id}", json={"quantity": 4})
    assert response.status_code == 200
    assert response.json()["quantity"] == 4
    assert response.json()["name"] == "Bolt"


def test_delete_part(client, part):
    assert client.delete(f"/api/parts/{part.id}").status_code == 204
    assert client.get(f"/api/parts/{part.id}").status_code == 404
