from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.orm import Session

from app import label_repository
from app.database import get_db
from app.models import Label, Parcel
from app.schemas import LabelCreate, LabelRead, LabelUpdate

app = FastAPI()
Database = Annotated[Session, Depends(get_db)]


def found_label(label_id: int, session: Database) -> Label:
    label = label_repository.get_label(session, label_id)
    if label is None:
        raise HTTPException(404, "Label not found")
    return label


@app.get("/labels", response_model=list[LabelRead])
def list_labels(session: Database) -> Sequence[Label]:
    return label_repository.list_labels(session)


@app.post("/labels", response_model=LabelRead, status_code=201)
def create_label(data: LabelCreate, session: Database) -> Label:
    return label_repository.create_label(session, data)


@app.get("/labels/{label_id}", response_model=LabelRead)
def read_label(label: Annotated[Label, Depends(found_label)]) -> Label:
    return label


@app.patch("/labels/{label_id}", response_model=LabelRead)
def update_label(
    label: Annotated[Label, Depends(found_label)], data: LabelUpdate, session: Database
) -> Label:
    return label_repository.update_label(session, label, data)


@app.delete("/labels/{label_id}", status_code=204)
def delete_label(label: Annotated[Label, Depends(found_label)], session: Database) -> None:
    label_repository.delete_label(session, label)


@app.put("/parcels/{parcel_id}/labels/{label_id}", status_code=204)
def attach_label(
    parcel_id: int, label: Annotated[Label, Depends(found_label)], session: Database
) -> None:
    parcel = session.get(Parcel, parcel_id)
    if parcel is None:
        raise HTTPException(404, "Parcel not found")
    label_repository.attach_label(session, parcel, label)
