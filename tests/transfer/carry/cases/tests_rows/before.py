#== tests/conftest.py fixture
@pytest.fixture
def hero(session):
    hero = Hero(name="Dead", secret_name="Wade", age=30)
    session.add(hero)
    session.commit()
    return hero


#== tests/test_heroes.py test
def test_create_hero(client):
    response = client.post("/heroes/", json={"name": "Flash", "secret_name": "Jay", "age": 50})
    data = response.json()

    assert response.status_code == 201
    assert data["name"] == "Flash"
    assert data["secret_name"] == "Jay"
    assert data["age"] == 50
    assert data["id"] is not None


def test_create_hero_incomplete(client):
    # No secret_name
    response = client.post("/heroes/", json={"name": "Flash"})
    assert response.status_code == 422


def test_create_hero_invalid(client):
    response = client.post(
        "/heroes/",
        json={
            "name": "Flash",
            "secret_name": {"message": "no text"},
        },
    )
    assert response.status_code == 422


def test_read_hero(client, hero):
    data = client.get(f"/heroes/{hero.id}").json()
    assert data["name"] == hero.name
    assert data["secret_name"] == hero.secret_name
    assert data["id"] == hero.id


def test_update_hero(client, session):
    hero = Hero(name="Flash", secret_name="Jay")
    session.add(hero)
    session.commit()

    response = client.patch(f"/heroes/{hero.id}", json={"secret_name": "Barry"})
    data = response.json()

    assert response.status_code == 200
    assert data["name"] == "Flash"
    assert data["secret_name"] == "Barry"
    assert data["age"] is None


def test_filter_by_age(client, hero):
    response = client.get("/heroes/?age=30")
    assert len(response.json()) == 1


def test_delete_hero(client, hero):
    assert client.delete(f"/heroes/{hero.id}").status_code == 204
