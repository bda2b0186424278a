#== app/models.py
class Invoice(Base):
    __tablename__ = "invoices"

    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    number = Column(Str)
    rate = Column(Int)
    comment_id = Column(Int)
    comment: Mapped["Comment"] = relationship()


#== app/schemas.py
class Invoice(BaseModel):
    id: Optional[int] = None
    user_id: Optional[int] = None
    number: str
    rate: int = 3
    comment_id: int

    class Config:
        from_attributes = True


class InvoiceSingle(BaseModel):
    id: Optional[int] = None
    number: str
    rate: int
    comment_id: int


#== app/routes.py
@router.get("/{comment_id}", response_model=List[InvoiceSingle])
def list(comment_id: int, skip: int = 0):
    """List all invoices of a comment (comment_id: int)."""
    return InvoiceController(db).list(comment_id=comment_id, skip=skip)


@router.post("/", response_model=InvoiceSingle)
def create(invoice: Invoice, user: User = Depends(current_user)):
    """Create an invoice."""
    return InvoiceController(db).create(invoice, user.id)


#== app/controllers.py
# needs fastapi HTTPException
class InvoiceController:
    def list(self, comment_id: int, skip: int):
        """List all invoices of a comment (comment_id: int)."""
        return self.db.query(Invoice).filter(Invoice.comment_id == comment_id).offset(skip).all()

    def create(self, invoice: Invoice, user_id: int):
        comment = self.db.query(Comment).filter(Comment.id == invoice.comment_id).first()
        if comment is None:
            raise HTTPException(status_code=404, detail="Comment not found")
        new = Invoice(**invoice.model_dump(), user_id=user_id)
        self.db.add(new)
        self.db.commit()
        return new
