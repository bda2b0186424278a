"""What can be done with tags. Every statement is about the caller's own rows only."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, insert, select, update

from app.auth import Caller
from app.database import Session
from app.exceptions import NotFoundError
from app.models import Tag
from app.pagination import paginate
from app.schemas import TagCreate, TagFilter, TagPage, TagPublic, TagUpdate


async def create_tag(session: Session, caller: Caller, data: TagCreate) -> TagPublic:
    """Create a tag that belongs to the caller."""
    values = data.model_dump()
    statement = insert(Tag).values(**values, owner_id=caller.id).returning(Tag)
    return await session.one(statement, TagPublic, caller=caller)


async def list_tags(session: Session, caller: Caller, query: TagFilter) -> TagPage:
    """Return a page of the caller's tags."""
    statement = select(Tag).where(col(Tag.owner_id) == caller.id)
    return await paginate(session, statement, Tag, query, TagPage, caller=caller)


async def get_tag(session: Session, caller: Caller, tag_id: UUID) -> TagPublic:
    """Return a tag of the caller.

    Raises:
        NotFoundError: If the caller has no such tag.
    """
    statement = select(Tag).where(col(Tag.owner_id) == caller.id, col(Tag.id) == tag_id)
    tag = await session.one_or_none(statement, TagPublic, caller=caller)
    if tag is None:
        raise NotFoundError("Tag not found")
    return tag


async def update_tag(session: Session, caller: Caller, tag_id: UUID, data: TagUpdate) -> TagPublic:
    """Change the fields of a tag that the data has, and return the tag.

    Raises:
        NotFoundError: If the caller has no such tag.
    """
    if not data.model_fields_set:
        return await get_tag(session, caller, tag_id)
    values = data.model_dump(exclude_unset=True)
    statement = (
        update(Tag)
        .where(col(Tag.owner_id) == caller.id, col(Tag.id) == tag_id)
        .values(**values, updated_at=func.now())
        .returning(Tag)
    )
    tag = await session.one_or_none(statement, TagPublic, caller=caller)
    if tag is None:
        raise NotFoundError("Tag not found")
    return tag


async def delete_tag(session: Session, caller: Caller, tag_id: UUID) -> None:
    """Delete a tag.

    Raises:
        NotFoundError: If the caller has no such tag.
    """
    statement = delete(Tag).where(col(Tag.owner_id) == caller.id, col(Tag.id) == tag_id)
    if not await session.execute(statement, caller=caller):
        raise NotFoundError("Tag not found")
