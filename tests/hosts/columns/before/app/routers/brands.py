from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from .. import crud, schemas
from ..database import get_db

router = APIRouter(prefix="/brands", tags=["brands"])


@router.get("/", response_model=list[schemas.Brand])
def read_brands(db: Session = Depends(get_db)):
    return crud.get_brands(db)


@router.post("/", response_model=schemas.Brand, status_code=201)
def create_brand(brand: schemas.BrandCreate, db: Session = Depends(get_db)):
    return crud.create_brand(db, brand)
