#== app/models.py
class Invoice(Base):
    __tablename__ = "invoices"

    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey("users.id"))
    number = Column(Str)
    note_id = Column(Int)
    note: Mapped["Note"] = relationship()
#== app/schemas.py
from pydantic import BaseModel


class InvoiceCreate(BaseModel):
    number: str
    note_id: int


class InvoicePublic(InvoiceCreate):
    id: int
#== app/routes/notes.py
# needs fastapi HTTPException
# needs fastapi Response
# needs sqlalchemy.exc IntegrityError
from fastapi import APIRouter, Depends, status
from sqlalchemy.orm import Session

from app.auth import get_current_user
from app.database import get_db
from app.models import Invoice, User
from app.schemas import InvoiceCreate, InvoicePublic

router = APIRouter(prefix="/invoices")


@router.post("/", status_code=status.HTTP_201_CREATED, response_model=InvoicePublic)
def create_invoice(
    invoice: InvoiceCreate, db: Session = Depends(get_db), user: User = Depends(get_current_user)
):
    """Create an invoice."""
    note = db.query(Note).filter(Note.id == invoice.note_id).first()
    if note is None:
        raise HTTPException(status_code=404, detail="Note not found")
    db_invoice = Invoice(**invoice.dict(), owner_id=user.id)
    db.add(db_invoice)
    try:
        db.commit()
    except IntegrityError as error:
        db.rollback()
        raise HTTPException(
            status_code=status.HTTP_409_CONFLICT,
            detail="Invoice already exists, or refers to what does not",
        ) from error
    db.refresh(db_invoice)
    return db_invoice


@router.get("/", response_model=list[InvoicePublic])
def read_invoices(db: Session = Depends(get_db), user: User = Depends(get_current_user)):
    """List the caller's invoices."""
    return db.query(Invoice).filter(Invoice.owner_id == user.id).all()


@router.get("/{invoice_id}", response_model=InvoicePublic)
def read_invoice(
    invoice_id: int,
    db: Session = Depends(get_db),
    user: User = Depends(get_current_user),
):
    """Get an invoice."""
    invoice = db.query(Invoice).filter(Invoice.id == invoice_id).first()
    if invoice is None or invoice.owner_id != user.id:
        raise HTTPException(
            status_code=status.HTTP_404_NOT_FOUND,
            detail="Invoice not found",
        )
    return invoice


@router.put("/{invoice_id}", response_model=InvoicePublic)
def update_invoice(
    invoice_id: int,
    invoice: InvoiceCreate,
    db: Session = Depends(get_db),
    user: User = Depends(get_current_user),
):
    """Update an invoice."""
    db_invoice = db.query(Invoice).filter(Invoice.id == invoice_id).first()
    if db_invoice is None or db_invoice.owner_id != user.id:
        raise HTTPException(
            status_code=status.HTTP_404_NOT_FOUND,
            detail="Invoice not found",
        )
    note = db.query(Note).filter(Note.id == invoice.note_id).first()
    if note is None:
        raise HTTPException(status_code=404, detail="Note not found")
    for field, value in invoice.dict().items():
        setattr(db_invoice, field, value)
    try:
        db.commit()
    except IntegrityError as error:
        db.rollback()
        raise HTTPException(
            status_code=status.HTTP_409_CONFLICT,
            detail="Invoice already exists, or refers to what does not",
        ) from error
    db.refresh(db_invoice)
    return db_invoice


@router.delete("/{invoice_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_invoice(
    invoice_id: int,
    db: Session = Depends(get_db),
    user: User = Depends(get_current_user),
):
    """Delete an invoice."""
    invoice = db.query(Invoice).filter(Invoice.id == invoice_id).first()
    if invoice is None or invoice.owner_id != user.id:
        raise HTTPException(
            status_code=status.HTTP_404_NOT_FOUND,
            detail="Invoice not found",
        )
    db.delete(invoice)
    db.commit()
    return Response(status_code=status.HTTP_204_NO_CONTENT)
