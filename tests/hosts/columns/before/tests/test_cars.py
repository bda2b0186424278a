import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

from app.database import Base, get_db
from app.main import app

engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
TestingSessionLocal = sessionmaker(bind=engine)


def override_get_db():
    with TestingSessionLocal() as db:
        yield db


app.dependency_overrides[get_db] = override_get_db
client = TestClient(app)


@pytest.fixture(autouse=True)
def tables():
    Base.metadata.drop_all(bind=engine)
    Base.metadata.create_all(bind=engine)


@pytest.fixture
def brand():
    return client.post("/brands/", json={"name": "Saab"}).json()


@pytest.fixture
def car(brand):
    data = {"plate": "ABC 123", "color": "red", "price": 900.5, "brand_id": brand["id"]}
    return client.post("/cars/", json=data).json()


def test_create_car(brand):
    data = {"plate": "XYZ 789", "color": "blue", "price": 1200.0, "brand_id": brand["id"]}
    response = client.post("/cars/", json=data)
    assert response.status_code == 201
    body = response.json()
    assert body["plate"] == "XYZ 789"
    assert body["color"] == "blue"
    assert body["price"] == 1200.0
    assert body["sold"] is False


def test_read_cars(car):
    response = client.get("/cars/")
    assert response.status_code == 200
    assert response.json() == {"cars": [car], "total": 1}


def test_read_car(car):
    response = client.get(f"/cars/{car['id']}")
    assert response.status_code == 200
    assert response.json()["plate"] == "ABC 123"


def test_read_missing_car():
    response = client.get("/cars/999")
    assert response.status_code == 404
    assert response.json()["detail"] == "Car not found"


def test_update_car(car):
    response = client.put(f"/cars/{car['id']}", json={"color": "green"})
    assert response.status_code == 200
    assert response.json()["color"] == "green"
    assert response.json()["plate"] == "ABC 123"


def test_delete_car(car):
    response = client.delete(f"/cars/{car['id']}")
    assert response.json() == {"detail": "Car deleted"}
    assert client.get(f"/cars/{car['id']}").status_code == 404
