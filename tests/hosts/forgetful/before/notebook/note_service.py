from sqlalchemy import select
from sqlalchemy.orm import Session

from notebook.models import Note, User
from notebook.schemas import NoteIn


def list_notes(db: Session, user: User) -> list[Note]:
    return list(db.scalars(select(Note).where(Note.owner_id == user.id).order_by(Note.id)))


def get_note(db: Session, note_id: int) -> Note | None:
    return db.get(Note, note_id)


def create_note(db: Session, data: NoteIn, user: User) -> Note:
    note = Note(title=data.title, pinned=data.pinned, owner_id=user.id)
    db.add(note)
    db.commit()
    db.refresh(note)
    return note


def update_note(db: Session, note: Note, data: NoteIn) -> Note:
    note.title = data.title
    note.pinned = data.pinned
    db.commit()
    db.refresh(note)
    return note


def delete_note(db: Session, note: Note) -> None:
    db.delete(note)
    db.commit()
