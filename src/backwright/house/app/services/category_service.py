"""What can be done with categories. They belong to nobody: whoever is signed in may use them."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, insert, select, update

from app.auth import Caller
from app.columns import linked_ids
from app.database import Session
from app.exceptions import NotFoundError
from app.models import Category, CategoryLabel
from app.pagination import paginate
from app.schemas import CategoryCreate, CategoryFilter, CategoryPage, CategoryPublic, CategoryUpdate
from app.trees import refuse_circle

LABEL_IDS = linked_ids(
    col(CategoryLabel.label_id), col(CategoryLabel.category_id) == col(Category.id)
).label("label_ids")


async def create_category(session: Session, caller: Caller, data: CategoryCreate) -> CategoryPublic:
    """Create a category."""
    values = data.model_dump(exclude={"label_ids"})
    statement = insert(Category).values(**values).returning(Category)
    async with session.transaction():
        category = await session.one(statement, CategoryPublic, caller=caller)
        category.label_ids = await _add_labels(session, category.id, data.label_ids)
    return category


async def list_categories(session: Session, caller: Caller, query: CategoryFilter) -> CategoryPage:
    """Return a page of the categories."""
    statement = select(Category, LABEL_IDS)
    return await paginate(session, statement, Category, query, CategoryPage, caller=caller)


async def get_category(session: Session, caller: Caller, category_id: UUID) -> CategoryPublic:
    """Return a category.

    Raises:
        NotFoundError: If there is no such category.
    """
    statement = select(Category, LABEL_IDS).where(col(Category.id) == category_id)
    category = await session.one_or_none(statement, CategoryPublic, caller=caller)
    if category is None:
        raise NotFoundError("Category not found")
    return category


async def update_category(
    session: Session, caller: Caller, category_id: UUID, data: CategoryUpdate
) -> CategoryPublic:
    """Change the fields of a category that the data has, and return the category.

    Raises:
        NotFoundError: If there is no such category.
        ValidationError: If the category would stand below itself.
    """
    if not data.model_fields_set:
        return await get_category(session, caller, category_id)
    values = data.model_dump(exclude_unset=True, exclude={"label_ids"})
    statement = (
        update(Category)
        .where(col(Category.id) == category_id)
        .values(**values, updated_at=func.now())
    )
    async with session.transaction():
        if data.parent_id is not None:
            await refuse_circle(
                session, caller, col(Category.parent_id), category_id, data.parent_id
            )
        if not await session.execute(statement, caller=caller):
            raise NotFoundError("Category not found")
        if data.label_ids is not None:
            await _replace_labels(session, category_id, data.label_ids)
        return await get_category(session, caller, category_id)


async def delete_category(session: Session, caller: Caller, category_id: UUID) -> None:
    """Delete a category.

    Raises:
        NotFoundError: If there is no such category.
    """
    statement = delete(Category).where(col(Category.id) == category_id)
    if not await session.execute(statement, caller=caller):
        raise NotFoundError("Category not found")


async def _add_labels(session: Session, category_id: UUID, label_ids: list[UUID]) -> list[UUID]:
    """Give a category these labels, and return them in order.

    Raises:
        NotFoundError: If there is no such label.
    """
    links = [
        {"category_id": category_id, "label_id": label_id} for label_id in sorted(set(label_ids))
    ]
    if links:
        await session.execute(insert(CategoryLabel).values(links))
    return [link["label_id"] for link in links]


async def _replace_labels(session: Session, category_id: UUID, label_ids: list[UUID]) -> None:
    """Take all labels from a category, and give it these.

    Raises:
        NotFoundError: If there is no such label.
    """
    await session.execute(
        delete(CategoryLabel).where(col(CategoryLabel.category_id) == category_id)
    )
    await _add_labels(session, category_id, label_ids)
