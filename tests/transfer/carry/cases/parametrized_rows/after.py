#== routers/tasks.py
# needs fastapi HTTPException
@router.post("/invoices", response_model=InvoiceResponse)
def create_invoice(data: InvoiceCreate, db: Session = Depends(get_db)):
    note = db.get(Note, data.note_id)
    if note is None:
        raise HTTPException(status_code=404, detail="Note not found")
    invoice = Invoice(**data.model_dump())
    db.add(invoice)
    db.commit()
    return invoice
#== schemas.py
class InvoiceCreate(BaseModel):
    number: str
    paid: bool = False
    note_id: int


class InvoiceResponse(InvoiceCreate):
    id: int
#== tests/test_tasks.py
@pytest.mark.parametrize(
    ("method", "path", "payload"),
    [
        ("get", "/invoices/999", None),
        ("post", "/invoices", {"number": "number 1", "paid": True}),
    ],
)
def test_invoice_errors(client, method, path, payload):
    body = getattr(client, method)(path, json=payload).json()
    assert "detail" in body or "id" in body
