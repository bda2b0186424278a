import uuid

from fastapi import APIRouter

from app.core.errors import NotFound
from app.notes.dependencies import Notes
from app.notes.schemas import NoteIn, NoteOut, NotePatch
from app.users.auth import CurrentUser

router = APIRouter(prefix='/notes', tags=['notes'])


@router.get('')
async def list_notes(notes: Notes, user: CurrentUser) -> list[NoteOut]:
    return [NoteOut.model_validate(note) for note in await notes.list(user.id)]


@router.post('', status_code=201)
async def create_note(body: NoteIn, notes: Notes, user: CurrentUser) -> NoteOut:
    note = await notes.add(**body.model_dump(), owner_id=user.id)
    return NoteOut.model_validate(note)


@router.get('/{note_id}')
async def get_note(note_id: uuid.UUID, notes: Notes, user: CurrentUser) -> NoteOut:
    note = await notes.get(note_id, user.id)
    if note is None:
        raise NotFound('Note')
    return NoteOut.model_validate(note)


@router.patch('/{note_id}')
async def update_note(
    note_id: uuid.UUID, body: NotePatch, notes: Notes, user: CurrentUser
) -> NoteOut:
    note = await notes.get(note_id, user.id)
    if note is None:
        raise NotFound('Note')
    note = await notes.update(note, **body.model_dump(exclude_unset=True))
    return NoteOut.model_validate(note)


@router.delete('/{note_id}', status_code=204)
async def delete_note(note_id: uuid.UUID, notes: Notes, user: CurrentUser) -> None:
    note = await notes.get(note_id, user.id)
    if note is None:
        raise NotFound('Note')
    await notes.delete(note)
