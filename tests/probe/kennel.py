"""A small API of animals, their visits and labels, whose `SABOTAGE` opens one thing to everybody."""

import os
import sqlite3
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

SABOTAGE = os.environ.get("SABOTAGE", "")
app = FastAPI()
rows = sqlite3.connect(os.environ["DATABASE_FILE"], check_same_thread=False, isolation_level=None)
rows.row_factory = sqlite3.Row
rows.executescript("""
CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT);
CREATE TABLE IF NOT EXISTS animals (
    id INTEGER PRIMARY KEY, name TEXT, weight INTEGER, owner_id INTEGER REFERENCES users(id));
CREATE TABLE IF NOT EXISTS visits (
    id INTEGER PRIMARY KEY, note TEXT, animal_id INTEGER REFERENCES animals(id));
CREATE TABLE IF NOT EXISTS labels (
    id INTEGER PRIMARY KEY, word TEXT, owner_id INTEGER REFERENCES users(id));
CREATE TABLE IF NOT EXISTS animal_labels (
    animal_id INTEGER REFERENCES animals(id), label_id INTEGER REFERENCES labels(id),
    PRIMARY KEY (animal_id, label_id));
""")


class Credentials(BaseModel):
    username: str
    password: str


class Animal(BaseModel):
    name: str
    weight: int = 0


class Visit(BaseModel):
    note: str
    animal_id: int


class Label(BaseModel):
    word: str


class Labelling(BaseModel):
    animal_id: int
    label_id: int


def caller(authorization: Annotated[str, Header()] = "") -> int:
    name = authorization.removeprefix("Bearer token-of-")
    found = rows.execute("SELECT id FROM users WHERE username = ?", (name,)).fetchone()
    if found is None:
        raise HTTPException(401)
    return int(found["id"])


Me = Annotated[int, Depends(caller)]


def own(table: str, key: int, user: int) -> None:
    """Refuse what is none of the caller's."""
    query = f"SELECT 1 FROM {table} WHERE id = ? AND owner_id = ?"
    if rows.execute(query, (key, user)).fetchone() is None:
        raise HTTPException(404)


@app.post("/register", status_code=201)
def register(data: Credentials) -> dict[str, object]:
    made = rows.execute(
        "INSERT INTO users (username, password_hash) VALUES (?, ?)",
        (data.username, "$2b$12$" + "x" * 53),
    )
    return {"id": made.lastrowid, "username": data.username}


@app.post("/login")
def login(data: Credentials) -> dict[str, str]:
    if not rows.execute("SELECT 1 FROM users WHERE username = ?", (data.username,)).fetchone():
        raise HTTPException(401)
    return {"access_token": f"token-of-{data.username}"}


@app.post("/animals", status_code=201)
def create_animal(data: Animal, user: Me) -> dict[str, object]:
    made = rows.execute(
        "INSERT INTO animals (name, weight, owner_id) VALUES (?, ?, ?)",
        (data.name, data.weight, user),
    )
    return {"id": made.lastrowid, **data.model_dump()}


@app.get("/animals")
def list_animals(user: Me) -> list[dict[str, object]]:
    return [dict(one) for one in rows.execute("SELECT * FROM animals WHERE owner_id = ?", (user,))]


@app.get("/animals/heavy")
def list_heavy_animals(user: Me, weight: int = 0) -> list[dict[str, object]]:
    found = rows.execute("SELECT * FROM animals WHERE weight > ?", (weight,))
    return [dict(one) for one in found if one["owner_id"] == user or SABOTAGE == "heavy"]


@app.delete("/animals/{animal_id}", status_code=204)
def delete_animal(animal_id: int, user: Me) -> None:
    if SABOTAGE == "visits-first":
        rows.execute("DELETE FROM visits WHERE animal_id = ?", (animal_id,))
    own("animals", animal_id, user)
    rows.execute("DELETE FROM visits WHERE animal_id = ?", (animal_id,))
    rows.execute("DELETE FROM animals WHERE id = ?", (animal_id,))


@app.post("/visits", status_code=201)
def create_visit(data: Visit, user: Me) -> dict[str, object]:
    own("animals", data.animal_id, user)
    made = rows.execute(
        "INSERT INTO visits (note, animal_id) VALUES (?, ?)", (data.note, data.animal_id)
    )
    return {"animal_id": data.animal_id, "note": data.note, "id": made.lastrowid}


@app.get("/visits/{visit_id}")
def read_visit(visit_id: int, user: Me) -> dict[str, object]:
    row = rows.execute("SELECT * FROM visits WHERE id = ?", (visit_id,)).fetchone()
    if row is None:
        raise HTTPException(404)
    own("animals", row["animal_id"], user)
    return dict(row)


@app.post("/labels", status_code=201)
def create_label(data: Label, user: Me) -> dict[str, object]:
    made = rows.execute("INSERT INTO labels (word, owner_id) VALUES (?, ?)", (data.word, user))
    return {"id": made.lastrowid, "word": data.word}


@app.get("/labels/{label_id}")
def read_label(label_id: int, user: Me) -> dict[str, object]:
    own("labels", label_id, user)
    return dict(rows.execute("SELECT * FROM labels WHERE id = ?", (label_id,)).fetchone())


@app.post("/animals/labels", status_code=201)
def label_animal(data: Labelling, user: Me) -> dict[str, object]:
    own("animals", data.animal_id, user)
    if SABOTAGE != "labels":
        own("labels", data.label_id, user)
    rows.execute("INSERT INTO animal_labels VALUES (?, ?)", (data.animal_id, data.label_id))
    return data.model_dump()


@app.delete("/animals/{animal_id}/labels/{label_id}", status_code=204)
def unlabel_animal(animal_id: int, label_id: int, user: Me) -> None:
    if SABOTAGE != "unlabels":
        own("animals", animal_id, user)
    gone = rows.execute(
        "DELETE FROM animal_labels WHERE animal_id = ? AND label_id = ?", (animal_id, label_id)
    )
    if not gone.rowcount:
        raise HTTPException(404, "The animal has no such label")
