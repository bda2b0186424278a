"""What can be done with labels. They belong to nobody: whoever is signed in may use them."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, insert, select, update

from app.auth import Caller
from app.database import Session
from app.exceptions import NotFoundError
from app.models import Label
from app.pagination import paginate
from app.schemas import LabelCreate, LabelFilter, LabelPage, LabelPublic, LabelUpdate


async def create_label(session: Session, caller: Caller, data: LabelCreate) -> LabelPublic:
    """Create a label."""
    values = data.model_dump()
    statement = insert(Label).values(**values).returning(Label)
    return await session.one(statement, LabelPublic, caller=caller)


async def list_labels(session: Session, caller: Caller, query: LabelFilter) -> LabelPage:
    """Return a page of the labels."""
    statement = select(Label)
    return await paginate(session, statement, Label, query, LabelPage, caller=caller)


async def get_label(session: Session, caller: Caller, label_id: UUID) -> LabelPublic:
    """Return a label.

    Raises:
        NotFoundError: If there is no such label.
    """
    statement = select(Label).where(col(Label.id) == label_id)
    label = await session.one_or_none(statement, LabelPublic, caller=caller)
    if label is None:
        raise NotFoundError("Label not found")
    return label


async def update_label(
    session: Session, caller: Caller, label_id: UUID, data: LabelUpdate
) -> LabelPublic:
    """Change the fields of a label that the data has, and return the label.

    Raises:
        NotFoundError: If there is no such label.
    """
    if not data.model_fields_set:
        return await get_label(session, caller, label_id)
    values = data.model_dump(exclude_unset=True)
    statement = (
        update(Label)
        .where(col(Label.id) == label_id)
        .values(**values, updated_at=func.now())
        .returning(Label)
    )
    label = await session.one_or_none(statement, LabelPublic, caller=caller)
    if label is None:
        raise NotFoundError("Label not found")
    return label


async def delete_label(session: Session, caller: Caller, label_id: UUID) -> None:
    """Delete a label.

    Raises:
        NotFoundError: If there is no such label.
    """
    statement = delete(Label).where(col(Label.id) == label_id)
    if not await session.execute(statement, caller=caller):
        raise NotFoundError("Label not found")
