from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from shelter import crud
from shelter.database import get_db
from shelter.schemas import AnimalCreate, AnimalLabelBody, AnimalRead, AnimalUpdate

router = APIRouter(prefix="/animals", tags=["animals"])


@router.get("", response_model=list[AnimalRead])
def list_animals(skip: int = 0, limit: int = 100, db: Session = Depends(get_db)):
    return crud.animals.list(db, skip=skip, limit=limit)


@router.get("/heavy", response_model=list[AnimalRead])
def list_heavy_animals(weight: int = 0, db: Session = Depends(get_db)):
    return crud.animals.heavier_than(db, weight)


@router.get("/count")
def count_animals(db: Session = Depends(get_db)) -> int:
    return crud.animals.count(db)


@router.post("", response_model=AnimalRead, status_code=201)
def create_animal(data: AnimalCreate, db: Session = Depends(get_db)):
    return crud.animals.create(db, data)


@router.get("/{animal_id}", response_model=AnimalRead)
def get_animal(animal_id: int, db: Session = Depends(get_db)):
    animal = crud.animals.get(db, animal_id)
    if animal is None:
        raise HTTPException(404, "Animal not found")
    return animal


@router.patch("/{animal_id}", response_model=AnimalRead)
def update_animal(animal_id: int, data: AnimalUpdate, db: Session = Depends(get_db)):
    animal = crud.animals.get(db, animal_id)
    if animal is None:
        raise HTTPException(404, "Animal not found")
    return crud.animals.update(db, animal, data)


@router.delete("/{animal_id}", status_code=204)
def delete_animal(animal_id: int, db: Session = Depends(get_db)) -> None:
    if crud.animals.remove(db, animal_id) is None:
        raise HTTPException(404, "Animal not found")


@router.post("/labels", response_model=AnimalLabelBody, status_code=201)
def label_animal(data: AnimalLabelBody, db: Session = Depends(get_db)):
    return crud.animal_labels.create(db, data)


@router.delete("/{animal_id}/labels/{label_id}", status_code=204)
def unlabel_animal(animal_id: int, label_id: int, db: Session = Depends(get_db)) -> None:
    if crud.animal_labels.remove(db, (animal_id, label_id)) is None:
        raise HTTPException(404, "The animal has no such label")
