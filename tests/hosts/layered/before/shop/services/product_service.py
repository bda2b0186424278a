"""What can be done with products."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.models import Category, Product
from shop.schemas.product import ProductCreate, ProductUpdate
from shop.services.errors import NotFoundError


def list_products(db: Session, *, skip: int = 0, limit: int = 50) -> list[Product]:
    """Return products, the oldest first."""
    statement = select(Product).order_by(Product.id).offset(skip).limit(limit)
    return list(db.scalars(statement))


def get_product(db: Session, product_id: int) -> Product:
    """Return one product, or raise NotFoundError."""
    product = db.get(Product, product_id)
    if product is None:
        raise NotFoundError(f"product {product_id} not found")
    return product


def create_product(db: Session, data: ProductCreate) -> Product:
    """Create a product."""
    if db.get(Category, data.category_id) is None:
        raise NotFoundError(f"category {data.category_id} not found")
    product = Product(**data.model_dump())
    db.add(product)
    db.commit()
    db.refresh(product)
    return product


def update_product(db: Session, product_id: int, data: ProductUpdate) -> Product:
    """Change what was given of a product."""
    product = get_product(db, product_id)
    for key, value in data.model_dump(exclude_unset=True).items():
        setattr(product, key, value)
    db.commit()
    db.refresh(product)
    return product


def delete_product(db: Session, product_id: int) -> None:
    """Delete a product."""
    db.delete(get_product(db, product_id))
    db.commit()
