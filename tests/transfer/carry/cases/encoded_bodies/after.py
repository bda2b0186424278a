#== sql_app/models.py
# needs datetime date
class Invoice(Base):
    __tablename__ = "invoices"

    id = Column(Integer, primary_key=True)
    number = Column(Str)
    issued = Column(Date)
    paid = Column(Bool)

    def __repr__(self):
        return 'InvoiceModel(number=%s, issued=%s, paid=%s)' % (self.number, self.issued, self.paid)


#== sql_app/schemas.py
# needs datetime date
class InvoiceCreate(BaseModel):
    number: str
    issued: date
    paid: bool = False


class Invoice(InvoiceCreate):
    id: int

    class Config:
        orm_mode = True


#== sql_app/repositories.py
class InvoiceRepo:
    def fetch_by_id(db: Session, _id):
        return db.query(models.Invoice).filter(models.Invoice.id == _id).first()

    def fetch_all(db: Session, skip: int = 0, limit: int = 100):
        return db.query(models.Invoice).offset(skip).limit(limit).all()

    def create(db: Session, invoice: schemas.InvoiceCreate):
        values = invoice.dict()
        db_invoice = models.Invoice(**values)
        db.add(db_invoice)
        db.commit()
        db.refresh(db_invoice)
        return db_invoice

    def update(db: Session, invoice_data):
        updated_invoice = db.merge(invoice_data)
        db.commit()
        return updated_invoice


#== main.py
@app.get("/invoices", response_model=List[schemas.Invoice])
def get_all_invoices(db: Session = Depends(get_db)):
    return InvoiceRepo.fetch_all(db)


@app.put("/invoices/{invoice_id}", response_model=schemas.Invoice)
def update_invoice(invoice_id: int, invoice_request: schemas.InvoiceCreate, db: Session = Depends(get_db)):
    db_invoice = InvoiceRepo.fetch_by_id(db, invoice_id)
    if db_invoice:
        update_invoice_encoded = invoice_request.dict()
        db_invoice.number = update_invoice_encoded["number"]
        db_invoice.issued = update_invoice_encoded["issued"]
        db_invoice.paid = update_invoice_encoded["paid"]
        return InvoiceRepo.update(db=db, invoice_data=db_invoice)
    else:
        raise HTTPException(status_code=400, detail="Invoice not found with the given ID")


@app.post("/invoices/echo")
def echo_invoice(invoice: schemas.InvoiceCreate):
    return JSONResponse(content=jsonable_encoder(invoice))
