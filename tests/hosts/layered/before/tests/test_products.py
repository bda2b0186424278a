from fastapi.testclient import TestClient

from shop.models import Category, Product


def test_list_products(client: TestClient, product: Product) -> None:
    response = client.get("/products")
    assert response.status_code == 200
    assert [row["id"] for row in response.json()] == [product.id]


def test_get_product(client: TestClient, product: Product) -> None:
    response = client.get(f"/products/{product.id}")
    assert response.status_code == 200
    assert response.json()["name"] == "Hammer"


def test_get_missing_product(client: TestClient) -> None:
    assert client.get("/products/999").status_code == 404


def test_create_product(client: TestClient, category: Category) -> None:
    body = {"name": "Saw", "description": "For wood", "stock": 7, "category_id": category.id}
    response = client.post("/products", json=body)
    assert response.status_code == 201
    data = response.json()
    assert data["name"] == "Saw"
    assert data["description"] == "For wood"
    assert data["stock"] == 7
    assert data["category_id"] == category.id


def test_create_product_without_name(client: TestClient, category: Category) -> None:
    response = client.post("/products", json={"name": "", "category_id": category.id})
    assert response.status_code == 422


def test_update_product(client: TestClient, product: Product) -> None:
    response = client.patch(f"/products/{product.id}", json={"stock": 12})
    assert response.status_code == 200
    assert response.json()["stock"] == 12


def test_update_missing_product(client: TestClient) -> None:
    assert client.patch("/products/999", json={"stock": 12}).status_code == 404


def test_delete_product(client: TestClient, product: Product) -> None:
    assert client.delete(f"/products/{product.id}").status_code == 204
    assert client.get(f"/products/{product.id}").status_code == 404
