"""What can be done with notes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.exceptions import ConflictError, NotFoundError
from app.models import Note, Tag, Topic, User
from app.schemas import NoteCreate, NoteUpdate


async def create_note(session: AsyncSession, owner: User, data: NoteCreate) -> Note:
    """Create a note.

    Raises:
        NotFoundError: what the note refers to is not there.
        ConflictError: the note clashes with another one.
    """
    note = Note(**data.model_dump(exclude={"tag_ids"}), owner_id=owner.id)
    await _check_topic(session, owner, data.topic_id)
    note.tags = await _find_tags(session, owner, data.tag_ids)
    session.add(note)
    await _commit(session, "Note clashes with another one")
    await session.refresh(note)
    return note


async def list_notes(
    session: AsyncSession, owner: User, *, offset: int, limit: int
) -> Sequence[Note]:
    """Return a page of notes, the oldest first."""
    statement = (
        select(Note)
        .where(col(Note.owner_id) == owner.id)
        .order_by(col(Note.created_at), col(Note.id))
        .offset(offset)
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def get_note_by_id(session: AsyncSession, owner: User, note_id: UUID) -> Note:
    """Return a note.

    Raises:
        NotFoundError: there is no such note.
    """
    statement = select(Note).where(
        col(Note.id) == note_id, col(Note.owner_id) == owner.id
    )
    note = (await session.exec(statement)).first()
    if note is None:
        raise NotFoundError("Note not found")
    return note


async def update_note(
    session: AsyncSession, owner: User, note_id: UUID, data: NoteUpdate
) -> Note:
    """Change what the data has of a note, and return the note.

    Raises:
        NotFoundError: there is no such note, or not what it shall refer to.
        ConflictError: the note would clash with another one.
    """
    note = await get_note_by_id(session, owner, note_id)
    await _check_topic(session, owner, data.topic_id)
    if data.tag_ids is not None:
        note.tags = await _find_tags(session, owner, data.tag_ids)
    changes = data.model_dump(exclude_unset=True, exclude={"tag_ids"})
    for name, value in changes.items():
        setattr(note, name, value)
    await _commit(session, "Note clashes with another one")
    await session.refresh(note)
    return note


async def delete_note(session: AsyncSession, owner: User, note_id: UUID) -> None:
    """Delete a note.

    Raises:
        NotFoundError: there is no such note.
        ConflictError: something still refers to the note.
    """
    note = await get_note_by_id(session, owner, note_id)
    await session.delete(note)
    await _commit(session, "Note is still in use")


async def _check_topic(
    session: AsyncSession, owner: User, topic_id: UUID | None
) -> None:
    statement = select(Topic).where(
        col(Topic.id) == topic_id, col(Topic.owner_id) == owner.id
    )
    if topic_id is not None and (await session.exec(statement)).first() is None:
        raise NotFoundError("Topic not found")


async def _find_tags(
    session: AsyncSession, owner: User, tag_ids: Sequence[UUID]
) -> list[Tag]:
    statement = select(Tag).where(
        col(Tag.id).in_(tag_ids), col(Tag.owner_id) == owner.id
    )
    tags = (await session.exec(statement)).all()
    if len(tags) < len(set(tag_ids)):
        raise NotFoundError("Tag not found")
    return list(tags)


async def _commit(session: AsyncSession, clash: str) -> None:
    try:
        await session.commit()
    except IntegrityError as error:
        await session.rollback()
        raise ConflictError(clash) from error
