#== app/models/task.py
class Label(Base):
    """
    Represents a label entity in the system.

    This model stores user-created labels and their metadata,
    including ownership and timestamps.

    Each label has an owner, and is stored with its id
    and owner. Who sees it sees it.
    """

    __tablename__ = "labels"

    id: Mapped[int] = mapped_column(primary_key=True, index=True)
    name: Mapped[str] = mapped_column()
    color: Mapped[str | None] = mapped_column()

    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


#== app/schemas/task.py
class LabelBase(BaseModel):
    """Data of a label, such as ownership and identity."""

    name: str
    color: str | None = None


#== app/services/task_service.py
def create_label(db: Session, label_in: LabelCreate, owner_id: int) -> Label:
    """Create a label (with an owner)."""
    label = Label(**label_in.model_dump(), owner_id=owner_id)
    db.add(label)
    db.commit()
    return label
