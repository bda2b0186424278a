#== app/models.py
# needs datetime date
class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_owner", "owner_id"),
    )

    id = Column(Integer, primary_key=True, nullable=False)
    subject = Column(Str)
    seats = Column(Int)
    opened = Column(Date)
    created_at = Column(TIMESTAMP(timezone=True), nullable=False, server_default=text("now()"))
    owner_id = Column(Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)

    owner = relationship("User")

    def __repr__(self):
        return f"<Ticket {self.subject}>"


#== app/crud.py
def get_tickets(db: Session, owner_id: int, skip: int = 0, limit: int = 10, search: str = ""):
    return (
        db.query(models.Ticket)
        .filter(models.Ticket.owner_id == owner_id)
        .filter(models.Ticket.subject.contains(search))
        .offset(skip)
        .limit(limit)
        .all()
    )


def create_ticket(db: Session, ticket: schemas.TicketCreate, owner_id: int):
    db_ticket = models.Ticket(**ticket.dict(), owner_id=owner_id)
    db.add(db_ticket)
    db.commit()
    db.refresh(db_ticket)
    return db_ticket


#== app/routers/posts.py
@router.get("/", response_model=list[schemas.Ticket])
def read_tickets(
    search: str = "",
    skip: int = 0,
    limit: int = 10,
    db: Session = Depends(get_db),
    user: User = Depends(current_user),
):
    return crud.get_tickets(db, user.id, skip, limit, search)
