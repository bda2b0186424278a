#== app/crud/memos.py
# needs sqlalchemy select
from typing import Optional

from fastapi import HTTPException
from sqlalchemy import insert, update

from app.db import database
from app.models import Invoice
from app.schemas import InvoiceCreate, InvoiceUpdate


async def get_invoice(invoice_id: int) -> Optional[Invoice]:
    query = Invoice.__table__.select().where(Invoice.id == invoice_id)
    return await database.fetch_one(query)


async def create_invoice(invoice: InvoiceCreate) -> Optional[Invoice]:
    ticket = await database.fetch_one(select(Ticket).where(Ticket.id == invoice.ticket_id))
    if ticket is None:
        raise HTTPException(status_code=404, detail="Ticket not found")
    query = insert(Invoice).values(number=invoice.number, ticket_id=invoice.ticket_id)
    invoice_id = await database.execute(query)
    return await get_invoice(invoice_id)


async def update_invoice(invoice_id: int, invoice: InvoiceUpdate) -> Optional[Invoice]:
    old_invoice = await get_invoice(invoice_id)
    if old_invoice is None:
        raise HTTPException(status_code=404, detail="Invoice not found")
    ticket = await database.fetch_one(select(Ticket).where(Ticket.id == invoice.ticket_id))
    if ticket is None:
        raise HTTPException(status_code=404, detail="Ticket not found")
    query = update(Invoice).where(Invoice.id == invoice_id).values(**invoice.dict())
    await database.execute(query)
    return await get_invoice(invoice_id)
#== app/schemas.py
from pydantic import BaseModel


class InvoiceUpdate(BaseModel):
    number: str
    ticket_id: int


class InvoiceCreate(InvoiceUpdate):
    pass
