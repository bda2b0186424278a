from datetime import datetime
from typing import List, Optional

from pydantic import BaseModel


class BrandBase(BaseModel):
    name: str


class BrandCreate(BrandBase):
    pass


class Brand(BrandBase):
    id: int

    class Config:
        from_attributes = True


class CarBase(BaseModel):
    plate: str
    color: Optional[str] = None
    price: float
    sold: bool = False
    brand_id: int


class CarCreate(CarBase):
    pass


class CarUpdate(BaseModel):
    plate: Optional[str] = None
    color: Optional[str] = None
    price: Optional[float] = None
    sold: Optional[bool] = None
    brand_id: Optional[int] = None


class Car(CarBase):
    id: int
    created_at: datetime

    class Config:
        from_attributes = True


class CarList(BaseModel):
    cars: List[Car]
    total: int
