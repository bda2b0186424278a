"""A small API that lets nobody in easily; `HABIT` says in which way."""

import os
import sqlite3
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel

HABIT = os.environ.get("HABIT", "")
KEY = "a-key-of-tests-that-is-long-enough-0123"
app = FastAPI()
rows = sqlite3.connect(os.environ["DATABASE_FILE"], check_same_thread=False, isolation_level=None)
rows.row_factory = sqlite3.Row
rows.execute("PRAGMA foreign_keys = ON")
rows.executescript("""
CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY, email TEXT UNIQUE NOT NULL, password TEXT NOT NULL,
    is_verified BOOLEAN NOT NULL DEFAULT 0, role TEXT DEFAULT 'user');
CREATE TABLE IF NOT EXISTS categories (id INTEGER PRIMARY KEY, title VARCHAR(12) NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY, name TEXT, category_id INTEGER NOT NULL REFERENCES categories(id),
    owner_id INTEGER NOT NULL REFERENCES users(id));
""")


class Account(BaseModel):
    email: str
    password: str


class Email(BaseModel):
    email: str


class Item(BaseModel):
    name: str
    category_id: int


def caller(token: Annotated[str, Depends(OAuth2PasswordBearer("token"))]) -> sqlite3.Row:
    try:
        # The library refuses a subject that is a number by itself.
        subject = jwt.decode(token, KEY, algorithms=["HS256"])["sub"]
    except jwt.PyJWTError:
        raise HTTPException(401, "Could not validate credentials") from None
    column = "email" if HABIT == "renames" else "id"
    user = rows.execute(f"SELECT * FROM users WHERE {column} = ?", (subject,)).fetchone()
    if user is None:
        raise HTTPException(401, "Could not validate credentials")
    return user


Me = Annotated[sqlite3.Row, Depends(caller)]

if HABIT != "no-registration":

    @app.post("/register", status_code=201)
    def register(data: Account) -> Email:
        rows.execute(
            "INSERT INTO users (email, password, is_verified) VALUES (?, ?, ?)",
            (data.email, f"hash-of-{data.password}", HABIT != "confirms"),
        )
        if HABIT == "mails":
            raise ConnectionRefusedError("nobody takes the mail")
        return Email(email=data.email)


@app.post("/token")
def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    user = rows.execute("SELECT * FROM users WHERE email = ?", (form.username,)).fetchone()
    if user is None or user["password"] != f"hash-of-{form.password}":
        raise HTTPException(401, "wrong")
    if not user["is_verified"]:
        raise HTTPException(403, "confirm your address first")
    subject = str(user["id"])
    subject = user["email"] if HABIT == "renames" else subject
    subject = user["id"] if HABIT == "number" else subject
    return {"access_token": jwt.encode({"sub": subject}, KEY, "HS256")}


@app.get("/users")
def users(me: Me) -> list[Email]:
    if HABIT == "administrators" and me["role"] != "admin":
        raise HTTPException(401, "You are not allowed")
    return [Email(email=one["email"]) for one in rows.execute("SELECT email FROM users")]


@app.put("/account/address")
def change_address(data: Email, me: Me) -> Email:
    rows.execute("UPDATE users SET email = ? WHERE id = ?", (data.email, me["id"]))
    return data


@app.post("/items", status_code=201)
def create_item(data: Item, me: Me) -> dict[str, int]:
    if rows.execute("SELECT 1 FROM categories WHERE id = ?", (data.category_id,)).fetchone():
        made = rows.execute(
            "INSERT INTO items (name, category_id, owner_id) VALUES (?, ?, ?)",
            (data.name, data.category_id, me["id"]),
        )
        return {"id": made.lastrowid or 0}
    raise HTTPException(404, "no such category")


@app.get("/items/{item_id}")
def read_item(item_id: int, me: Me) -> Item:
    one = rows.execute(
        "SELECT * FROM items WHERE id = ? AND owner_id = ?", (item_id, me["id"])
    ).fetchone()
    if one is None:
        raise HTTPException(404)
    return Item(name=one["name"], category_id=one["category_id"])
