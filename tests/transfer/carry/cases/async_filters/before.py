#== app/routers/notes.py routes
from typing import Annotated

from app.deps import CurrentUser, Session
from app.models import Note, NoteState
from app.schemas import NoteCreate, NoteFilter, NotePublic, NoteUpdate
from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import select

router = APIRouter(prefix="/notes", tags=["notes"])


@router.post("/", response_model=NotePublic)
async def create_note(note: NoteCreate, session: Session, user: CurrentUser):
    db_note = Note(
        title=note.title,
        body=note.body,
        state=note.state,
        user_id=user.id,
    )
    session.add(db_note)
    await session.commit()
    return db_note


@router.get("/", response_model=list[NotePublic])
async def list_notes(session: Session, user: CurrentUser, wanted: Annotated[NoteFilter, Query()]):
    query = select(Note).where(Note.user_id == user.id)

    if wanted.title:
        query = query.where(Note.title.ilike(f"%{wanted.title}%"))

    if wanted.body:
        query = query.where(Note.body.ilike(f"%{wanted.body}%"))

    if wanted.state:
        query = query.where(Note.state == wanted.state)

    return (await session.scalars(query.order_by(Note.title))).all()


@router.post("/{note_id}/finish", response_model=NotePublic)
async def finish_note(note_id: int, session: Session, user: CurrentUser):
    note = await session.get(Note, note_id)
    if not note:
        raise HTTPException(status_code=404, detail="Note not found")
    note.state = NoteState.done
    await session.commit()
    return note


@router.patch("/{note_id}", response_model=NotePublic)
async def update_note(note_id: int, note: NoteUpdate, session: Session, user: CurrentUser):
    db_note = await session.scalar(select(Note).where(Note.id == note_id, Note.user_id == user.id))
    if not db_note:
        raise HTTPException(status_code=404, detail="Note not found")
    # A note that is done stays as it is.
    if db_note.state == NoteState.done:
        raise HTTPException(status_code=409, detail="Note is done")
    if note.title is not None:
        db_note.title = note.title
    if note.body is not None:
        db_note.body = note.body
    if note.state is not None:
        db_note.state = note.state
    await session.commit()
    return db_note
