"""Notes."""

from collections.abc import Sequence

from sqlmodel import Session, select

from app.exceptions import NotFoundError
from app.models import Note
from app.schemas import NoteCreate, NoteUpdate


def create_note(session: Session, data: NoteCreate, owner_id: int) -> Note:
    """Make a note."""
    note = Note(title=data.title, body=data.body, owner_id=owner_id)
    session.add(note)
    session.commit()
    session.refresh(note)
    return note


def list_notes(session: Session, owner_id: int, offset: int, limit: int) -> Sequence[Note]:
    """Return somebody's notes."""
    query = select(Note).where(Note.owner_id == owner_id).order_by(Note.id)
    return session.exec(query.offset(offset).limit(limit)).all()


def get_note(session: Session, note_id: int, owner_id: int) -> Note:
    """Return a note of somebody's."""
    query = select(Note).where(Note.id == note_id, Note.owner_id == owner_id)
    note = session.exec(query).first()
    if note is None:
        raise NotFoundError
    return note


def update_note(session: Session, note_id: int, data: NoteUpdate, owner_id: int) -> Note:
    """Change a note of somebody's."""
    note = get_note(session, note_id, owner_id)
    for name, value in data.model_dump(exclude_unset=True).items():
        setattr(note, name, value)
    session.add(note)
    session.commit()
    session.refresh(note)
    return note


def delete_note(session: Session, note_id: int, owner_id: int) -> None:
    """Remove a note of somebody's."""
    session.delete(get_note(session, note_id, owner_id))
    session.commit()
