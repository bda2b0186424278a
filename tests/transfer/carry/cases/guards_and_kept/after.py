#== app/schemas.py
from pydantic import BaseModel


class InvoiceBase(BaseModel):
    number: str
    paid: bool = False
    score: float | None = None

    class Config:
        orm_mode = True


#== app/repositories/stock_item_repository.py


class InvoiceRepository:
    def __init__(self, db: Session, shelves: ShelfService):
        self.db = db
        self.shelves = shelves

    def create_invoice(self, invoice: InvoiceBase):
        db_invoice = Invoice(
            number=invoice.number, paid=invoice.paid, score=invoice.score
        )
        self.db.add(db_invoice)
        self.db.commit()
        return {"message": "Invoice created"}

    def update_invoice(self, invoice_id: int, invoice: InvoiceBase):
        db_invoice = self.db.get(Invoice, invoice_id)
        db_invoice.number = invoice.number or db_invoice.number
        db_invoice.paid = invoice.paid if invoice.paid is not None else db_invoice.paid
        db_invoice.score = invoice.score if invoice.score is not None else db_invoice.score
        self.db.commit()

    def delete_invoice(self, invoice_id: int):
        db_invoice = self.db.get(Invoice, invoice_id)
        self.db.delete(db_invoice)
        self.db.commit()


#== app/routes/stock_items.py
@router.post("/add")
def create_invoice(invoice: InvoiceBase, repository=Depends(get_repository)):
    return repository.create_invoice(invoice)
