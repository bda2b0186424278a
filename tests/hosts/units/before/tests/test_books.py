import uuid

from httpx import AsyncClient


async def test_create(client: AsyncClient, author: dict[str, str]) -> None:
    body = {
        "title": "Rocannon",
        "isbn": "9780060512751",
        "summary": "A world",
        "pages": 200,
        "author_id": author["id"],
    }
    response = await client.post("/api/v1/books", json=body)
    assert response.status_code == 201
    assert response.json()["title"] == "Rocannon"
    assert response.json()["binding"] == "soft"


async def test_isbn_is_taken(client: AsyncClient, book: dict[str, str]) -> None:
    body = {
        "title": "Another",
        "isbn": book["isbn"],
        "pages": 100,
        "author_id": book["author_id"],
    }
    response = await client.post("/api/v1/books", json=body)
    assert response.status_code == 409
    assert "isbn" in response.json()["error"]


async def test_list(client: AsyncClient, book: dict[str, str]) -> None:
    response = await client.get("/api/v1/books", params={"limit": 5})
    assert response.json() == {"items": [book], "total": 1}


async def test_get(client: AsyncClient, book: dict[str, str]) -> None:
    assert (await client.get(f"/api/v1/books/{book['id']}")).json() == book


async def test_get_missing(client: AsyncClient) -> None:
    response = await client.get(f"/api/v1/books/{uuid.uuid4()}")
    assert response.status_code == 404


async def test_update(client: AsyncClient, book: dict[str, str]) -> None:
    response = await client.patch(f"/api/v1/books/{book['id']}", json={"title": "Anew"})
    assert response.status_code == 200
    assert response.json()["title"] == "Anew"
    assert response.json()["pages"] == 387


async def test_delete(client: AsyncClient, book: dict[str, str]) -> None:
    assert (await client.delete(f"/api/v1/books/{book['id']}")).status_code == 204
    assert (await client.get(f"/api/v1/books/{book['id']}")).status_code == 404
