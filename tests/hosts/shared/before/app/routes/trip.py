from fastapi import APIRouter, Depends, HTTPException, status
from fastapi.security import OAuth2PasswordRequestForm
from sqlalchemy.orm import Session

from app.database.trip import SessionLocal
from app.models.trip import Driver, Trip
from app.schema.trip import DriverIn, DriverOut, TripIn, TripOut
from app.security import authenticate, get_current_user, make_token
from app.services import driver_service, trip_service

router = APIRouter(prefix="/api/v1")


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


@router.post("/token", tags=["auth"])
def login(form: OAuth2PasswordRequestForm = Depends()):
    if not authenticate(form.username, form.password):
        raise HTTPException(status_code=401, detail="Incorrect username or password")
    return {"access_token": make_token(form.username), "token_type": "bearer"}


@router.get("/trips", tags=["trips"], response_model=list[TripOut])
def get_trips(user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    return trip_service.get_all_trips(db)


@router.get("/trips/{trip_id}", tags=["trips"], response_model=TripOut)
def get_trip(
    trip_id: int, user: dict = Depends(get_current_user), db: Session = Depends(get_db)
):
    return trip_service.get_trip(trip_id, db)


@router.post("/trips", tags=["trips"], status_code=201, response_model=TripOut)
def create_trip(
    trip_in: TripIn, user: dict = Depends(get_current_user), db: Session = Depends(get_db)
):
    trip = Trip(**trip_in.model_dump())
    return trip_service.create_trip(trip, db)


@router.patch("/trips/{trip_id}", tags=["trips"], response_model=TripOut)
def update_trip(
    trip_id: int,
    trip_in: TripIn,
    user: dict = Depends(get_current_user),
    db: Session = Depends(get_db),
):
    trip = trip_service.get_trip(trip_id, db)
    trip.place = trip_in.place
    trip.price = trip_in.price
    trip.driver_id = trip_in.driver_id
    db.commit()
    db.refresh(trip)
    return trip


@router.delete("/trips/{trip_id}", tags=["trips"], status_code=status.HTTP_204_NO_CONTENT)
def delete_trip(
    trip_id: int, user: dict = Depends(get_current_user), db: Session = Depends(get_db)
):
    trip = trip_service.get_trip(trip_id, db)
    db.delete(trip)
    db.commit()


@router.get("/drivers", tags=["drivers"], response_model=list[DriverOut])
def get_drivers(user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    return driver_service.get_all_drivers(db)


@router.post("/drivers", tags=["drivers"], status_code=201, response_model=DriverOut)
def create_driver(
    driver_in: DriverIn, user: dict = Depends(get_current_user), db: Session = Depends(get_db)
):
    driver = Driver(**driver_in.model_dump())
    return driver_service.create_driver(driver, db)
