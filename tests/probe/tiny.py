"""A small API with owned notes, whose `SABOTAGE` makes one thing go wrong."""

import os
import sqlite3
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

SABOTAGE = os.environ.get("SABOTAGE", "")
app = FastAPI()
rows = sqlite3.connect(os.environ["DATABASE_FILE"], check_same_thread=False, isolation_level=None)
rows.row_factory = sqlite3.Row
rows.executescript("""
CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT, is_admin INTEGER DEFAULT 0,
    motto TEXT);
CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, owner_id INTEGER REFERENCES users(id), text TEXT);
""")
asked: dict[str, int] = {}


class Credentials(BaseModel):
    username: Annotated[str, Field(min_length=3, max_length=40, pattern=r"^\w+$")]
    password: Annotated[str, Field(min_length=8, max_length=60)]


class Registration(Credentials):
    model_config = ConfigDict(extra="allow")


class Note(BaseModel):
    text: Annotated[str, Field(max_length=60)]


def caller(authorization: Annotated[str, Header()] = "") -> int:
    token = authorization.removeprefix("Bearer ")
    asked[token] = asked.get(token, 0) + 1
    found = rows.execute(
        "SELECT id FROM users WHERE 'token-of-' || username = ?", (token,)
    ).fetchone()
    if found is None or (SABOTAGE == "expires" and found["id"] == 2 and asked[token] > 12):
        raise HTTPException(401)
    return int(found["id"])


Me = Annotated[int, Depends(caller)]


@app.post("/register", status_code=201)
def register(data: Registration) -> dict[str, object]:
    if rows.execute("SELECT 1 FROM users WHERE username = ?", (data.username,)).fetchone():
        raise HTTPException(409)
    power = SABOTAGE == "climbs" and bool((data.model_extra or {}).get("is_admin"))
    made = rows.execute(
        "INSERT INTO users (username, password_hash, is_admin) VALUES (?, ?, ?)",
        (data.username, "$2b$12$" + "x" * 53, power),
    )
    return {"id": made.lastrowid, "username": data.username}


@app.post("/login")
def login(data: Credentials) -> dict[str, str]:
    if not rows.execute("SELECT 1 FROM users WHERE username = ?", (data.username,)).fetchone():
        raise HTTPException(401)
    return {"access_token": f"token-of-{data.username}"}


@app.get("/me")
def me(user: Me) -> dict[str, object]:
    row = rows.execute("SELECT username, is_admin FROM users WHERE id = ?", (user,)).fetchone()
    return {"id": user, "username": row["username"], "is_admin": bool(row["is_admin"])}


class Profile(BaseModel):
    username: Annotated[str, Field(max_length=40)]
    motto: Annotated[str, Field(max_length=60)] = ""


@app.put("/me")
def change_me(data: Profile, user: Me) -> Profile:
    row = rows.execute("SELECT id FROM users WHERE username = ?", (data.username,)).fetchone()
    if row is None or (row["id"] != user and SABOTAGE != "names-others"):
        raise HTTPException(400, "not your name")
    rows.execute("UPDATE users SET motto = ? WHERE id = ?", (data.motto, row["id"]))
    return data


@app.get("/admin/notes")
def all_notes(user: Me) -> list[dict[str, object]]:
    row = rows.execute("SELECT is_admin FROM users WHERE id = ?", (user,)).fetchone()
    if not row["is_admin"]:
        raise HTTPException(403)
    return [dict(one) for one in rows.execute("SELECT * FROM notes")]


@app.post("/notes", status_code=201)
def create(data: Note, user: Me) -> dict[str, object]:
    made = rows.execute("INSERT INTO notes (owner_id, text) VALUES (?, ?)", (user, data.text))
    return {"id": made.lastrowid, "text": data.text}


@app.get("/notes")
def listed(user: Me) -> list[dict[str, object]]:
    if SABOTAGE == "empty":
        return []
    return [dict(row) for row in rows.execute("SELECT * FROM notes WHERE owner_id = ?", (user,))]


@app.get("/notes/{note_id}")
def read(note_id: Annotated[int, Field(lt=2**31)], user: Me) -> dict[str, object]:
    row = rows.execute("SELECT * FROM notes WHERE id = ?", (note_id,)).fetchone()
    theirs = row is not None and row["owner_id"] != user
    if theirs and SABOTAGE == "fails":
        raise RuntimeError("it fails for others")
    if (row is None or theirs) and SABOTAGE == "fails-alike":
        raise RuntimeError("it does nothing about what is not found")
    if theirs and SABOTAGE == "hurries":
        return JSONResponse({"detail": "slow down"}, 429, {"Retry-After": "3600"})
    if row is None or (theirs and SABOTAGE != "leaks"):
        raise HTTPException(404)
    return dict(row)


@app.delete("/notes/{note_id}", status_code=204)
def delete(note_id: Annotated[int, Field(lt=2**31)], user: Me) -> None:
    row = rows.execute("SELECT * FROM notes WHERE id = ?", (note_id,)).fetchone()
    if SABOTAGE == "writes-first":
        rows.execute("DELETE FROM notes WHERE id = ?", (note_id,))
    if (row is None or row["owner_id"] != user) and SABOTAGE == "fails-alike":
        raise RuntimeError("it does nothing about what is not found")
    if SABOTAGE == "ignores" and row is not None and row["owner_id"] != user:
        return
    if row is None or (row["owner_id"] != user and SABOTAGE != "deletes"):
        raise HTTPException(404)
    rows.execute("DELETE FROM notes WHERE id = ?", (note_id,))
