from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from shelter import crud
from shelter.models import Species
from shelter.schemas import AnimalCreate


def test_an_animal_is_made_and_read(client: TestClient) -> None:
    made = client.post("/animals", json={"name": "Rex", "weight": 20})
    assert made.status_code == 201
    assert client.get(f"/animals/{made.json()['id']}").json() == made.json()
    assert client.get("/animals/count").json() == 1
    assert client.get("/animals/heavy?weight=30").json() == []


def test_a_visit_goes_with_its_animal(client: TestClient) -> None:
    animal = client.post("/animals", json={"name": "Rex"}).json()
    visit = client.post("/visits", json={"note": "calm", "animal_id": animal["id"]}).json()
    assert client.patch(f"/visits/{visit['id']}", json={"note": "wild"}).json()["note"] == "wild"
    assert client.delete(f"/animals/{animal['id']}").status_code == 204
    assert client.get(f"/visits/{visit['id']}").status_code == 404


def test_labels_come_and_go(client: TestClient) -> None:
    animal = client.post("/animals", json={"name": "Rex"}).json()
    label = client.post("/labels", json={"word": "shy"}).json()
    body = {"animal_id": animal["id"], "label_id": label["id"]}
    assert client.post("/animals/labels", json=body).status_code == 201
    path = f"/animals/{animal['id']}/labels/{label['id']}"
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404


def test_species_are_read(client: TestClient, db: Session) -> None:
    db.add(Species(name="dog"))
    db.commit()
    assert [one["name"] for one in client.get("/species").json()] == ["dog"]


def test_rows_of_any_table_are_made(db: Session) -> None:
    row = crud.animals.create(db, AnimalCreate(name="Tom"))
    assert crud.animals.get(db, row.id) is row
