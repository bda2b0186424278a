"""What can be done with comments. Every statement is about the caller's own rows only."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, insert, select, update

from app.auth import Caller
from app.database import Session
from app.exceptions import NotFoundError
from app.models import Comment
from app.pagination import paginate
from app.schemas import CommentCreate, CommentFilter, CommentPage, CommentPublic, CommentUpdate
from app.trees import refuse_circle


async def create_comment(session: Session, caller: Caller, data: CommentCreate) -> CommentPublic:
    """Create a comment that belongs to the caller."""
    values = data.model_dump()
    statement = insert(Comment).values(**values, owner_id=caller.id).returning(Comment)
    return await session.one(statement, CommentPublic, caller=caller)


async def list_comments(session: Session, caller: Caller, query: CommentFilter) -> CommentPage:
    """Return a page of the caller's comments."""
    statement = select(Comment).where(col(Comment.owner_id) == caller.id)
    return await paginate(session, statement, Comment, query, CommentPage, caller=caller)


async def get_comment(session: Session, caller: Caller, comment_id: UUID) -> CommentPublic:
    """Return a comment of the caller.

    Raises:
        NotFoundError: If the caller has no such comment.
    """
    statement = select(Comment).where(
        col(Comment.owner_id) == caller.id, col(Comment.id) == comment_id
    )
    comment = await session.one_or_none(statement, CommentPublic, caller=caller)
    if comment is None:
        raise NotFoundError("Comment not found")
    return comment


async def update_comment(
    session: Session, caller: Caller, comment_id: UUID, data: CommentUpdate
) -> CommentPublic:
    """Change the fields of a comment that the data has, and return the comment.

    Raises:
        NotFoundError: If the caller has no such comment.
        ValidationError: If the comment would stand below itself.
    """
    if not data.model_fields_set:
        return await get_comment(session, caller, comment_id)
    values = data.model_dump(exclude_unset=True)
    statement = (
        update(Comment)
        .where(col(Comment.owner_id) == caller.id, col(Comment.id) == comment_id)
        .values(**values, updated_at=func.now())
        .returning(Comment)
    )
    async with session.transaction():
        if data.parent_id is not None:
            await refuse_circle(session, caller, col(Comment.parent_id), comment_id, data.parent_id)
        comment = await session.one_or_none(statement, CommentPublic, caller=caller)
    if comment is None:
        raise NotFoundError("Comment not found")
    return comment


async def delete_comment(session: Session, caller: Caller, comment_id: UUID) -> None:
    """Delete a comment.

    Raises:
        NotFoundError: If the caller has no such comment.
    """
    statement = delete(Comment).where(
        col(Comment.owner_id) == caller.id, col(Comment.id) == comment_id
    )
    if not await session.execute(statement, caller=caller):
        raise NotFoundError("Comment not found")
