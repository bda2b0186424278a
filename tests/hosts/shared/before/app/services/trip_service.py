from fastapi import HTTPException
from sqlalchemy.orm import Session

from app.models.trip import Trip


def get_all_trips(db: Session):
    return db.query(Trip).all()


def get_trip(trip_id: int, db: Session):
    trip = db.query(Trip).filter(Trip.id == trip_id).first()
    if not trip:
        raise HTTPException(status_code=404, detail="Trip not found")
    return trip


def create_trip(trip: Trip, db: Session):
    db.add(trip)
    db.commit()
    db.refresh(trip)
    return trip
