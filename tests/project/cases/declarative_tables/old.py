from sqlalchemy import Boolean, Column, ForeignKey, Integer
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import relationship


class Named:
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)


Base = declarative_base(cls=Named)


class Owner(Base):
    __tablename__ = "owners"
    id = Column(Integer, primary_key=True)
    cars = relationship("Car", back_populates="owner")


class Car(Base):
    __tablename__ = "cars"
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey(Owner.id))
    sold = Column(Boolean, default=False, nullable=False)
    owner = relationship("Owner", back_populates="cars")
