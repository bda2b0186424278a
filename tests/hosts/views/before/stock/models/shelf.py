from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import relationship

from ..database import Base


class Shelf(Base):
    """A place in the warehouse."""

    __tablename__ = "shelves"

    id = Column(Integer, primary_key=True, index=True)
    label = Column(String(20), unique=True, nullable=False)

    parts = relationship("Part", back_populates="shelf")

    def __repr__(self):
        return f"<Shelf {self.label}>"
