from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, Text, func
from sqlalchemy.orm import relationship

from ..database import Base


class Part(Base):
    """A spare part."""

    __tablename__ = "parts"

    id = Column(Integer, primary_key=True, index=True)
    name = Column(String(100), nullable=False)
    description = Column(Text, nullable=True)
    quantity = Column(Integer, nullable=False, server_default="0")
    shelf_id = Column(Integer, ForeignKey("shelves.id"), nullable=False, index=True)
    created_at = Column(DateTime(timezone=True), server_default=func.now())

    shelf = relationship("Shelf", back_populates="parts")

    def __repr__(self):
        return f"<Part {self.name}>"
