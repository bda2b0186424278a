"""A small API that everybody may use, with rows in memory; deleting fails with `SABOTAGE`."""

import os
from typing import Annotated

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI()
rows: dict[int, "Note"] = {}


class Note(BaseModel):
    text: Annotated[str, Field(max_length=60)]


class NoteOut(Note):
    id: int


@app.get("/notes")
def list_notes() -> list[NoteOut]:
    return [NoteOut(id=key, text=note.text) for key, note in rows.items()]


@app.post("/notes", status_code=201)
def create_note(note: Note) -> NoteOut:
    key = max(rows, default=0) + 1
    rows[key] = note
    return NoteOut(id=key, text=note.text)


def found(note_id: int) -> Note:
    if note_id not in rows:
        raise HTTPException(404)
    return rows[note_id]


@app.get("/notes/{note_id}")
def get_note(note_id: int) -> NoteOut:
    return NoteOut(id=note_id, text=found(note_id).text)


@app.put("/notes/{note_id}")
def update_note(note_id: int, note: Note) -> NoteOut:
    found(note_id)
    rows[note_id] = note
    return NoteOut(id=note_id, text=note.text)


@app.delete("/notes/{note_id}", status_code=204)
def delete_note(note_id: int) -> None:
    found(note_id)
    if os.environ.get("SABOTAGE"):
        raise RuntimeError("the shelf is stuck")
    del rows[note_id]
