"""Notes over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from app.auth import CurrentUser
from app.database import SessionDep
from app.exceptions import NotFoundError
from app.models import Note
from app.schemas import NoteCreate, NotePublic, NoteUpdate
from app.services import note_service

router = APIRouter(prefix="/notes", tags=["notes"])
NoteId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("", response_model=NotePublic, status_code=201)
def create_note(data: NoteCreate, session: SessionDep, user: CurrentUser) -> Note:
    """Make a note."""
    return note_service.create_note(session, data, user.id)


@router.get("", response_model=list[NotePublic])
def list_notes(
    session: SessionDep,
    user: CurrentUser,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Sequence[Note]:
    """Return the caller's notes."""
    return note_service.list_notes(session, user.id, offset, limit)


@router.get("/{note_id}", response_model=NotePublic)
def read_note(note_id: NoteId, session: SessionDep, user: CurrentUser) -> Note:
    """Return a note of the caller's."""
    try:
        return note_service.get_note(session, note_id, user.id)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail="Note not found") from error


@router.patch("/{note_id}", response_model=NotePublic)
def update_note(note_id: NoteId, data: NoteUpdate, session: SessionDep, user: CurrentUser) -> Note:
    """Change a note of the caller's."""
    try:
        return note_service.update_note(session, note_id, data, user.id)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail="Note not found") from error


@router.delete("/{note_id}", status_code=204)
def delete_note(note_id: NoteId, session: SessionDep, user: CurrentUser) -> None:
    """Remove a note of the caller's."""
    try:
        note_service.delete_note(session, note_id, user.id)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail="Note not found") from error
