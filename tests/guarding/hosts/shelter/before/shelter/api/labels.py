from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from shelter import crud
from shelter.api.common import found
from shelter.database import get_db
from shelter.models import Label
from shelter.schemas import LabelCreate, LabelRead, SpeciesRead

router = APIRouter(tags=["labels"])


@router.get("/labels", response_model=list[LabelRead])
def list_labels(db: Session = Depends(get_db)):
    return crud.labels.list(db)


@router.post("/labels", response_model=LabelRead, status_code=201)
def create_label(data: LabelCreate, db: Session = Depends(get_db)):
    return crud.labels.create(db, data)


@router.get("/labels/{label_id}", response_model=LabelRead)
def get_label(label_id: int, db: Session = Depends(get_db)):
    return found(db, Label, label_id)


@router.get("/species", response_model=list[SpeciesRead])
def list_species(db: Session = Depends(get_db)):
    return crud.species.list(db)
