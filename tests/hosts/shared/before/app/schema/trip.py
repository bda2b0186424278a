"""Schemas of the agency."""

from pydantic import BaseModel, Field


class DriverIn(BaseModel):
    """
    Schema for a new driver.

    Attributes:
        name (str): Name of the driver.
    """

    name: str = Field(..., description="Name of the driver")


class DriverOut(BaseModel):
    id: int
    name: str

    class Config:
        from_attributes = True


class TripIn(BaseModel):
    """
    Schema for a new trip.

    Attributes:
        place (str): Place of the trip.
        price (float): Price of the trip.
        driver (str): Driver of the trip.
    """

    place: str = Field(..., description="Place of the trip")
    price: float = Field(..., description="Price of the trip")
    driver_id: int


class TripOut(BaseModel):
    """
    Schema for a trip.

    Attributes:
        id (int): The id that it is found by.
        place (str): Place of the trip.
        price (float): Price of the trip.
    """

    id: int
    place: str
    price: float
    driver_id: int

    class Config:
        from_attributes = True
