#== app/models.py model
class Shelf(Base):
    __tablename__ = "shelves"

    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False)
#== app/schemas.py schema
from pydantic import BaseModel


class ShelfCreate(BaseModel):
    name: str


class ShelfPublic(ShelfCreate):
    id: int
#== app/services.py service
from app.answers import Answer
from app.models import Shelf


def create_shelf(shelf, db):
    row = Shelf(name=shelf.name)
    db.add(row)
    db.commit()
    return Answer(status="success", message="Shelf created", data=row)


def get_all_shelves(db):
    return Answer(status="success", message="Shelves found", data=db.query(Shelf).all())


def get_shelves(db):
    rows = db.query(Shelf).all()
    return Answer(status="success", message="Shelves found in the whole house", data=rows)
#== app/routes/shelves.py routes
from typing import List

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app import services
from app.answers import Answer
from app.auth import only_admins
from app.database import get_db
from app.models import User
from app.schemas import ShelfCreate, ShelfPublic

router = APIRouter(prefix="/shelves")


@router.post("/", response_model=Answer[ShelfPublic])
def create_shelf(
    shelf: ShelfCreate, db: Session = Depends(get_db), user: User = Depends(only_admins)
):
    return services.create_shelf(shelf, db)


@router.get("/", response_model=Answer[List[ShelfPublic]])
def get_shelves(db: Session = Depends(get_db)):
    return services.get_shelves(db)
