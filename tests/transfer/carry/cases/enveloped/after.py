#== app/models.py
class Order(Base):
    __tablename__ = "orders"

    id = Column(Integer, primary_key=True)
    number = Column(Str)
    total = Column(Int)
#== app/schemas.py
from pydantic import BaseModel


class OrderCreate(BaseModel):
    number: str
    total: int


class OrderPublic(OrderCreate):
    id: int
#== app/services.py
from app.answers import Answer
from app.models import Order


def create_order(order, db):
    row = Order(number=order.number, total=order.total)
    db.add(row)
    db.commit()
    return Answer(status="success", message="Order created", data=row)


def get_all_orders(db):
    return Answer(status="success", message="Orders found", data=db.query(Order).all())


def get_orders(db):
    rows = db.query(Order).all()
    return Answer(status="success", message="Orders found in the whole house", data=rows)
#== app/routes/shelves.py
# needs app.models Order
# needs fastapi HTTPException
# needs fastapi Response
from typing import List

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app import services
from app.answers import Answer
from app.auth import only_admins
from app.database import get_db
from app.models import User
from app.schemas import OrderCreate, OrderPublic

router = APIRouter(prefix="/orders")


@router.post("/", response_model=Answer[OrderPublic])
def create_order(
    order: OrderCreate, db: Session = Depends(get_db), user: User = Depends(only_admins)
):
    return services.create_order(order, db)


@router.get("/", response_model=Answer[List[OrderPublic]])
def get_orders(db: Session = Depends(get_db)):
    return services.get_orders(db)


@router.get("/{order_id}", response_model=Answer[OrderPublic])
def get_order(order_id: int, db: Session = Depends(get_db)):
    order = db.query(Order).filter(Order.id == order_id).first()
    if order is None:
        raise HTTPException(status_code=404, detail="Order not found")
    return Answer(
        status="success",
        message="Order found in the whole house",
        data=order,
    )


@router.delete("/{order_id}", status_code=204)
def delete_order(
    order_id: int,
    db: Session = Depends(get_db),
    user: User = Depends(only_admins),
):
    order = db.query(Order).filter(Order.id == order_id).first()
    if order is None:
        raise HTTPException(status_code=404, detail="Order not found")
    db.delete(order)
    db.commit()
    return Response(status_code=204)
