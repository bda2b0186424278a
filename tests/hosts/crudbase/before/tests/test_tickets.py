import uuid

from fastapi.testclient import TestClient

Headers = dict[str, str]


def create_ticket(client: TestClient, headers: Headers) -> dict:
    data = {"subject": "Printer", "details": "It burns"}
    response = client.post("/api/tickets/", headers=headers, json=data)
    assert response.status_code == 201
    return response.json()


def test_create_ticket(client: TestClient, owner_headers: Headers) -> None:
    content = create_ticket(client, owner_headers)
    assert content["subject"] == "Printer"
    assert content["details"] == "It burns"
    assert "id" in content
    assert "owner_id" in content


def test_read_ticket(client: TestClient, owner_headers: Headers) -> None:
    ticket = create_ticket(client, owner_headers)
    response = client.get(f"/api/tickets/{ticket['id']}", headers=owner_headers)
    assert response.status_code == 200
    assert response.json() == ticket


def test_read_ticket_of_another_user(
    client: TestClient, owner_headers: Headers, other_headers: Headers
) -> None:
    ticket = create_ticket(client, owner_headers)
    response = client.get(f"/api/tickets/{ticket['id']}", headers=other_headers)
    assert response.status_code == 404


def test_read_ticket_not_found(client: TestClient, owner_headers: Headers) -> None:
    response = client.get(f"/api/tickets/{uuid.uuid4()}", headers=owner_headers)
    assert response.status_code == 404
    assert response.json()["detail"] == "Ticket not found"


def test_read_tickets(client: TestClient, owner_headers: Headers, other_headers: Headers) -> None:
    create_ticket(client, owner_headers)
    create_ticket(client, owner_headers)
    create_ticket(client, other_headers)
    content = client.get("/api/tickets/", headers=owner_headers).json()
    assert content["count"] == 2
    assert len(content["data"]) == 2


def test_update_ticket(client: TestClient, owner_headers: Headers) -> None:
    ticket = create_ticket(client, owner_headers)
    data = {"subject": "Updated subject", "details": "Updated details"}
    response = client.put(f"/api/tickets/{ticket['id']}", headers=owner_headers, json=data)
    assert response.status_code == 200
    content = response.json()
    assert content["subject"] == data["subject"]
    assert content["details"] == data["details"]
    assert content["id"] == ticket["id"]


def test_update_ticket_of_another_user(
    client: TestClient, owner_headers: Headers, other_headers: Headers
) -> None:
    ticket = create_ticket(client, owner_headers)
    data = {"subject": "Mine"}
    response = client.put(f"/api/tickets/{ticket['id']}", headers=other_headers, json=data)
    assert response.status_code == 404


def test_delete_ticket(client: TestClient, owner_headers: Headers, other_headers: Headers) -> None:
    ticket = create_ticket(client, owner_headers)
    path = f"/api/tickets/{ticket['id']}"
    assert client.delete(path, headers=other_headers).status_code == 404
    assert client.delete(path, headers=owner_headers).status_code == 204
    assert client.get(path, headers=owner_headers).status_code == 404


def test_tickets_need_a_token(client: TestClient) -> None:
    assert client.get("/api/tickets/").status_code == 401
