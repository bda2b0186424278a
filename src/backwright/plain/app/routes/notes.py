"""Endpoints for notes."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, status

from app.auth import CurrentUser
from app.database import SessionDep
from app.exceptions import ConflictError, NotFoundError
from app.models import Note
from app.schemas import NoteCreate, NotePublic, NoteUpdate
from app.services import note_service

router = APIRouter(prefix="/notes", tags=["notes"])


@router.post("", status_code=status.HTTP_201_CREATED, response_model=NotePublic)
async def create_note(
    data: NoteCreate, session: SessionDep, current_user: CurrentUser
) -> Note:
    """Create a note."""
    try:
        return await note_service.create_note(session, current_user, data)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail={"error": error.message}) from error
    except ConflictError as error:
        raise HTTPException(status_code=409, detail={"error": error.message}) from error


@router.get("", response_model=list[NotePublic])
async def list_notes(
    session: SessionDep,
    current_user: CurrentUser,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Sequence[Note]:
    """List notes, a page at a time, the oldest first."""
    return await note_service.list_notes(
        session, current_user, offset=offset, limit=limit
    )


@router.get("/{note_id}", response_model=NotePublic)
async def read_note(
    note_id: UUID, session: SessionDep, current_user: CurrentUser
) -> Note:
    """Return a note."""
    try:
        return await note_service.get_note_by_id(session, current_user, note_id)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail={"error": error.message}) from error


@router.patch("/{note_id}", response_model=NotePublic)
async def update_note(
    note_id: UUID, data: NoteUpdate, session: SessionDep, current_user: CurrentUser
) -> Note:
    """Change some fields of a note."""
    try:
        return await note_service.update_note(session, current_user, note_id, data)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail={"error": error.message}) from error
    except ConflictError as error:
        raise HTTPException(status_code=409, detail={"error": error.message}) from error


@router.delete("/{note_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_note(
    note_id: UUID, session: SessionDep, current_user: CurrentUser
) -> None:
    """Delete a note."""
    try:
        await note_service.delete_note(session, current_user, note_id)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail={"error": error.message}) from error
    except ConflictError as error:
        raise HTTPException(status_code=409, detail={"error": error.message}) from error
