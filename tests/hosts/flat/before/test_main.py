import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, SQLModel, create_engine
from sqlmodel.pool import StaticPool

from main import Film, Studio, app, get_session


@pytest.fixture(name="session")
def session_fixture():
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        yield session


@pytest.fixture(name="client")
def client_fixture(session: Session):
    app.dependency_overrides[get_session] = lambda: session
    yield TestClient(app)
    app.dependency_overrides.clear()


def test_create_studio(client: TestClient):
    response = client.post("/studios", json={"name": "Ghibli"})
    assert response.status_code == 201


def test_create_film(client: TestClient):
    response = client.post("/films", json={"title": "Alien", "year": 1979})
    data = response.json()

    assert response.status_code == 201
    assert data["title"] == "Alien"
    assert data["year"] == 1979
    assert data["plot"] is None
    assert data["id"] is not None


def test_create_film_incomplete(client: TestClient):
    response = client.post("/films", json={"title": "Alien"})
    assert response.status_code == 422


def test_read_films(session: Session, client: TestClient):
    film_1 = Film(title="Alien", year=1979)
    film_2 = Film(title="Ran", year=1985, plot="Three sons")
    session.add(film_1)
    session.add(film_2)
    session.commit()

    response = client.get("/films")
    data = response.json()

    assert response.status_code == 200
    assert len(data) == 2
    assert data[0]["title"] == film_1.title
    assert data[0]["year"] == film_1.year
    assert data[1]["title"] == film_2.title
    assert data[1]["plot"] == film_2.plot


def test_read_film(session: Session, client: TestClient):
    film = Film(title="Alien", year=1979)
    session.add(film)
    session.commit()

    response = client.get(f"/films/{film.id}")

    assert response.status_code == 200
    assert response.json()["title"] == "Alien"


def test_update_film(session: Session, client: TestClient):
    film = Film(title="Alien", year=1979)
    session.add(film)
    session.commit()

    response = client.patch(f"/films/{film.id}", json={"title": "Aliens"})
    data = response.json()

    assert response.status_code == 200
    assert data["title"] == "Aliens"
    assert data["year"] == 1979
    assert data["id"] == film.id


def test_delete_film(session: Session, client: TestClient):
    film = Film(title="Alien", year=1979)
    session.add(film)
    session.commit()

    response = client.delete(f"/films/{film.id}")

    assert response.status_code == 200
    assert session.get(Film, film.id) is None


def test_studio_has_films(session: Session):
    studio = Studio(name="Brandywine", films=[Film(title="Alien", year=1979)])
    session.add(studio)
    session.commit()
    assert studio.films[0].studio_id == studio.id
