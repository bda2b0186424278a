#== app/models.py model
class Order(Base):
    """An order."""

    __tablename__ = 'orders'

    id = Column(Integer, primary_key=True)
    number = Column(String)
    note = Column(String)
#== app/routes.py routes
@router.post('/orders', response_model=schemas.Order, status_code=201)
def create_order(order: schemas.OrderCreate, db: Session = Depends(get_db)):
    """Create an order."""
    db_order = models.Order(**order.model_dump())
    db.add(db_order)
    db.commit()
    db.refresh(db_order)
    return db_order


@router.get('/orders/{order_id}', response_model=schemas.Order)
def get_order(order_id: int, db: Session = Depends(get_db)):
    """Get an order."""
    return db.query(models.Order).filter(models.Order.id == order_id).first()


@router.get('/orders', response_model=list[schemas.Order], summary="The user's orders")
def list_orders(db: Session = Depends(get_db)):
    return db.query(models.Order).all()
#== app/schemas.py schema
class OrderCreate(BaseModel):
    number: str
    note: str | None = None


class Order(OrderCreate):
    id: int
