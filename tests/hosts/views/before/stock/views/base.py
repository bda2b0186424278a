"""What all views share."""

from typing import Any, Type

from fastapi import Depends, HTTPException, status
from sqlalchemy.orm import Session

from ..database import Base, get_db


class BaseView:
    """A view with a session."""

    db: Session = Depends(get_db)

    def get_or_404(self, model: Type[Base], row_id: int) -> Any:
        """Return a row, or answer that there is none."""
        row = self.db.get(model, row_id)
        if row is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"{model.__name__} not found")
        return row
