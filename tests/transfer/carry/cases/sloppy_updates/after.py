#== app/models.py
# needs datetime date
class Invoice(Base):
    __tablename__ = "invoices"

    id = Column(Integer, primary_key=True)
    number = Column(Str)
    rate = Column(Int)
    due = Column(Date)
    books: Mapped[list["Book"]] = relationship()

    @classmethod
    async def return_all(cls, session: AsyncSession):
        result = await session.execute(
            select(cls).options(selectinload(cls.books))
        )
        return result.scalars().all()

    @classmethod
    async def get_by_id(cls, session: AsyncSession, invoice_id: int):
        result = await session.execute(
            select(cls).where(cls.id == invoice_id)
        )
        return result.scalar_one_or_none()

    @classmethod
    async def delete_by_id(cls, session: AsyncSession, invoice_id: int):
        invoice = await cls.get_by_id(session, invoice_id)
        if invoice:
            await session.delete(invoice)
            await session.commit()
            return 200
        return 404

    async def save_to_db(self, session: AsyncSession):
        session.add(self)
        await session.commit()


#== app/schemas.py
# needs datetime date
class InvoiceCreate(BaseModel):
    number: str
    rate: int = 3
    due: date | None = None
    book_ids: list[int] = []


class InvoiceUpdate(BaseModel):
    number: str | None = None
    rate: int | None = None
    due: date | None = None
    book_ids: list[int] | None = None


#== app/routes.py
# needs sqlalchemy select
@router.put("/{invoice_id}")
async def update_invoice(
    invoice_id: int, data: InvoiceUpdate, session: AsyncSession = Depends(get_session)
):
    invoice = await Invoice.get_by_id(session, invoice_id)
    if not invoice:
        raise HTTPException(status_code=404, detail="Invoice not found")
    if data.book_ids is not None:
        books = (await session.execute(select(Book).where(Book.id.in_(data.book_ids)))).scalars().all()
        if len(books) != len(set(data.book_ids)):
            raise HTTPException(status_code=404, detail="Book not found")
        invoice.books = books
    if data.number is not None:
        invoice.number = data.number
    if data.rate is not None:
        invoice.rate = data.rate
    if "due" in data.model_fields_set:
        invoice.due = data.due
    await invoice.save_to_db(session)
    return invoice
