from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from shelter import crud
from shelter.api.common import found
from shelter.database import get_db
from shelter.models import Visit
from shelter.schemas import VisitCreate, VisitRead, VisitUpdate

router = APIRouter(prefix="/visits", tags=["visits"])


@router.get("", response_model=list[VisitRead])
def list_visits(db: Session = Depends(get_db)):
    return crud.visits.list(db)


@router.post("", response_model=VisitRead, status_code=201)
def create_visit(data: VisitCreate, db: Session = Depends(get_db)):
    return crud.visits.create(db, data)


@router.get("/{visit_id}", response_model=VisitRead)
def get_visit(visit_id: int, db: Session = Depends(get_db)):
    return found(db, Visit, visit_id)


@router.patch("/{visit_id}", response_model=VisitRead)
def update_visit(visit_id: int, data: VisitUpdate, db: Session = Depends(get_db)):
    return crud.visits.update(db, found(db, Visit, visit_id), data)


@router.delete("/{visit_id}", status_code=204)
def delete_visit(visit_id: int, db: Session = Depends(get_db)) -> None:
    db.delete(found(db, Visit, visit_id))
    db.commit()
