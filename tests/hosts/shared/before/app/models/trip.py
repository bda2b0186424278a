from sqlalchemy import Column, ForeignKey, Integer, Numeric, String
from sqlalchemy.orm import relationship

from app.database.trip import Base


class Driver(Base):
    __tablename__ = "drivers"

    id = Column(Integer, primary_key=True, index=True)
    name = Column(String, unique=True, nullable=False)


class Trip(Base):
    __tablename__ = "trips"

    id = Column(Integer, primary_key=True, index=True)
    place = Column(String, nullable=False)
    price = Column(Numeric(10, 2), nullable=False)
    driver_id = Column(Integer, ForeignKey("drivers.id"), nullable=False)

    driver = relationship("Driver")
