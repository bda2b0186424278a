from fastapi import APIRouter, Depends, HTTPException, Response
from sqlalchemy.orm import Session

from shop.database import get_db
from shop.schemas.product import ProductCreate, ProductRead, ProductUpdate
from shop.services import product_service
from shop.services.errors import NotFoundError

router = APIRouter(prefix="/products", tags=["products"])


@router.get("", response_model=list[ProductRead])
def list_products(skip: int = 0, limit: int = 50, db: Session = Depends(get_db)):
    return product_service.list_products(db, skip=skip, limit=limit)


@router.get("/{product_id}", response_model=ProductRead)
def get_product(product_id: int, db: Session = Depends(get_db)):
    try:
        return product_service.get_product(db, product_id)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail=str(error)) from error


@router.post("", response_model=ProductRead, status_code=201)
def create_product(data: ProductCreate, db: Session = Depends(get_db)):
    try:
        return product_service.create_product(db, data)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail=str(error)) from error


@router.patch("/{product_id}", response_model=ProductRead)
def update_product(product_id: int, data: ProductUpdate, db: Session = Depends(get_db)):
    try:
        return product_service.update_product(db, product_id, data)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail=str(error)) from error


@router.delete("/{product_id}", status_code=204)
def delete_product(product_id: int, db: Session = Depends(get_db)):
    try:
        product_service.delete_product(db, product_id)
    except NotFoundError as error:
        raise HTTPException(status_code=404, detail=str(error)) from error
    return Response(status_code=204)
