#== app/routers/notes.py
from typing import Annotated

from app.deps import CurrentUser, Session
from app.models import Product
from app.schemas import ProductCreate, ProductFilter, ProductPublic, ProductUpdate
from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import select

router = APIRouter(prefix="/products", tags=["products"])


@router.post("/", response_model=ProductPublic)
async def create_product(product: ProductCreate, session: Session, user: CurrentUser):
    db_product = Product(
        name=product.name,
        details=product.details,
        price=product.price,
        active=product.active,
        user_id=user.id,
    )
    session.add(db_product)
    await session.commit()
    return db_product


@router.get("/", response_model=list[ProductPublic])
async def list_products(session: Session, user: CurrentUser, wanted: Annotated[ProductFilter, Query()]):
    query = select(Product).where(Product.user_id == user.id)

    if wanted.name:
        query = query.where(Product.name.ilike(f"%{wanted.name}%"))

    if wanted.details:
        query = query.where(Product.details.ilike(f"%{wanted.details}%"))

    if wanted.price is not None:
        query = query.where(Product.price == wanted.price)

    if wanted.active is not None:
        query = query.where(Product.active == wanted.active)

    return (await session.scalars(query.order_by(Product.name))).all()


@router.patch("/{product_id}", response_model=ProductPublic)
async def update_product(product_id: int, product: ProductUpdate, session: Session, user: CurrentUser):
    db_product = await session.scalar(select(Product).where(Product.id == product_id, Product.user_id == user.id))
    if not db_product:
        raise HTTPException(status_code=404, detail="Product not found")
    if product.name is not None:
        db_product.name = product.name
    if product.details is not None:
        db_product.details = product.details
    if product.price is not None:
        db_product.price = product.price
    if product.active is not None:
        db_product.active = product.active
    await session.commit()
    return db_product
