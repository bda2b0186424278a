from typing import Any

from fastapi import HTTPException
from sqlalchemy.orm import Session


def found(db: Session, model, key: Any):
    row = db.get(model, key)
    if row is None:
        raise HTTPException(404, f"{model.__name__} not found")
    return row
