BOOK = {"title": "Dune", "summary": "Sand", "pages": 412}


async def make_book(client, **changes):
    response = await client.post("/v1/books", json={**BOOK, **changes})
    assert response.status_code == 201
    return response.json()["data"]


async def test_create_book(client):
    response = await client.post("/v1/books", json=BOOK)
    assert response.status_code == 201
    body = response.json()
    assert body["success"] is True
    assert body["message"] == "Book created"
    assert body["data"]["title"] == "Dune"
    assert body["data"]["summary"] == "Sand"
    assert body["data"]["pages"] == 412


async def test_create_book_without_title(client):
    response = await client.post("/v1/books", json={**BOOK, "title": ""})
    assert response.status_code == 422


async def test_list_books(client):
    first = await make_book(client)
    await make_book(client)
    response = await client.get("/v1/books", params={"size": 1})
    page = response.json()["data"]
    assert page["total"] == 2
    assert [row["id"] for row in page["rows"]] == [first["id"]]


async def test_get_book(client):
    book = await make_book(client)
    response = await client.get(f"/v1/books/{book['id']}")
    assert response.status_code == 200
    assert response.json()["data"] == book


async def test_get_missing_book(client):
    response = await client.get("/v1/books/999")
    assert response.status_code == 404
    assert response.json() == {"success": False, "data": None, "message": "Book 999 not found"}


async def test_update_book(client):
    book = await make_book(client)
    response = await client.put(f"/v1/books/{book['id']}", json={"title": "Dune Messiah"})
    assert response.status_code == 200
    assert response.json()["data"]["title"] == "Dune Messiah"
    assert response.json()["data"]["pages"] == 412


async def test_delete_book(client):
    book = await make_book(client)
    response = await client.delete(f"/v1/books/{book['id']}")
    assert response.json()["message"] == "Book deleted"
    assert (await client.get(f"/v1/books/{book['id']}")).status_code == 404
