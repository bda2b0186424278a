#== app/models.py model
class Note(Base):
    __tablename__ = "notes"

    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey("users.id"))
    title = Column(String, nullable=False)
#== app/schemas.py schema
from pydantic import BaseModel


class NoteCreate(BaseModel):
    title: str


class NotePublic(NoteCreate):
    id: int
#== app/routes/notes.py routes
from fastapi import APIRouter, Depends, status
from sqlalchemy.orm import Session

from app.auth import get_current_user
from app.database import get_db
from app.models import Note, User
from app.schemas import NoteCreate, NotePublic

router = APIRouter(prefix="/notes")


@router.post("/", status_code=status.HTTP_201_CREATED, response_model=NotePublic)
def create_note(
    note: NoteCreate, db: Session = Depends(get_db), user: User = Depends(get_current_user)
):
    """Create a note."""
    db_note = Note(**note.dict(), owner_id=user.id)
    db.add(db_note)
    db.commit()
    db.refresh(db_note)
    return db_note


@router.get("/", response_model=list[NotePublic])
def read_notes(db: Session = Depends(get_db), user: User = Depends(get_current_user)):
    """List the caller's notes."""
    return db.query(Note).filter(Note.owner_id == user.id).all()
