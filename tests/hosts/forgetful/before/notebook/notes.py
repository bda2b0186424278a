from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from notebook import note_service
from notebook.database import get_db
from notebook.models import User
from notebook.schemas import NoteIn, NoteOut
from notebook.security import get_current_user

router = APIRouter(prefix="/notes", tags=["notes"])


@router.get("", response_model=list[NoteOut])
def list_notes(db: Session = Depends(get_db), user: User = Depends(get_current_user)):
    return note_service.list_notes(db, user)


@router.post("", response_model=NoteOut, status_code=201)
def create_note(data: NoteIn, db: Session = Depends(get_db), user: User = Depends(get_current_user)):
    return note_service.create_note(db, data, user)


@router.get("/{note_id}", response_model=NoteOut)
def get_note(note_id: int, db: Session = Depends(get_db), user: User = Depends(get_current_user)):
    note = note_service.get_note(db, note_id)
    if note is None:
        raise HTTPException(404, "Note not found")
    return note


@router.put("/{note_id}", response_model=NoteOut)
def update_note(
    note_id: int, data: NoteIn, db: Session = Depends(get_db), user: User = Depends(get_current_user)
):
    note = note_service.get_note(db, note_id)
    if note is None or note.owner_id != user.id:
        raise HTTPException(404, "Note not found")
    return note_service.update_note(db, note, data)


@router.delete("/{note_id}", status_code=204)
def delete_note(note_id: int, db: Session = Depends(get_db), user: User = Depends(get_current_user)):
    note = note_service.get_note(db, note_id)
    if note is None:
        raise HTTPException(404, "Note not found")
    note_service.delete_note(db, note)
