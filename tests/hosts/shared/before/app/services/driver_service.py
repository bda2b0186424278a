from sqlalchemy.orm import Session

from app.models.trip import Driver


def get_all_drivers(db: Session):
    return db.query(Driver).all()


def create_driver(driver: Driver, db: Session):
    db.add(driver)
    db.commit()
    db.refresh(driver)
    return driver
