from sqlalchemy.orm import Session

from . import models, schemas


def get_brands(db: Session):
    return db.query(models.Brand).order_by(models.Brand.name).all()


def create_brand(db: Session, brand: schemas.BrandCreate):
    db_brand = models.Brand(**brand.dict())
    db.add(db_brand)
    db.commit()
    db.refresh(db_brand)
    return db_brand


def get_car(db: Session, car_id: int):
    return db.query(models.Car).filter(models.Car.id == car_id).first()


def get_cars(db: Session, skip: int = 0, limit: int = 100):
    return db.query(models.Car).order_by(models.Car.id).offset(skip).limit(limit).all()


def count_cars(db: Session):
    return db.query(models.Car).count()


def create_car(db: Session, car: schemas.CarCreate):
    db_car = models.Car(**car.dict())
    db.add(db_car)
    db.commit()
    db.refresh(db_car)
    return db_car


def update_car(db: Session, db_car: models.Car, car: schemas.CarUpdate):
    for key, value in car.dict(exclude_unset=True).items():
        setattr(db_car, key, value)
    db.commit()
    db.refresh(db_car)
    return db_car


def delete_car(db: Session, db_car: models.Car):
    db.delete(db_car)
    db.commit()
