from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.models import Category
from shop.schemas.category import CategoryCreate


def list_categories(db: Session) -> list[Category]:
    return list(db.scalars(select(Category).order_by(Category.name)))


def create_category(db: Session, data: CategoryCreate) -> Category:
    category = Category(**data.model_dump())
    db.add(category)
    db.commit()
    return category
