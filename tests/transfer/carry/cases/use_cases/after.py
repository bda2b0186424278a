#== app/use_cases.py
class CreateInvoice:
    def __init__(self, session: AsyncSession) -> None:
        self.async_session = session

    async def execute(self, title: str, amount: int, notes: str | None = None) -> InvoiceSchema:
        async with self.async_session.begin() as session:
            invoice = await Invoice.create(
                session,
                title=title,
                notes=notes,
                amount=amount,
            )
            return InvoiceSchema.model_validate(invoice)
#== app/models.py
class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column()
    notes: Mapped[str | None] = mapped_column()
    amount: Mapped[int] = mapped_column()
    @classmethod
    async def create(
        cls, session: AsyncSession, title: str, amount: int, notes: str | None = None) -> Invoice:
        invoice = Invoice(title=title, notes=notes, amount=amount)
        session.add(invoice)
        return invoice
