from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.models import Label, Parcel, parcel_labels
from app.schemas import LabelCreate, LabelUpdate


def get_label(session: Session, label_id: int) -> Label | None:
    return session.get(Label, label_id)


def list_labels(session: Session) -> Sequence[Label]:
    return session.scalars(select(Label).order_by(Label.text)).all()


def create_label(session: Session, data: LabelCreate) -> Label:
    label = Label(**data.model_dump())
    session.add(label)
    session.commit()
    return label


def update_label(session: Session, label: Label, data: LabelUpdate) -> Label:
    for name, value in data.model_dump(exclude_unset=True).items():
        setattr(label, name, value)
    session.commit()
    return label


def delete_label(session: Session, label: Label) -> None:
    session.delete(label)
    session.commit()


def attach_label(session: Session, parcel: Parcel, label: Label) -> None:
    """Put a label on a parcel; once is enough."""
    there = select(parcel_labels.c.label_id).where(
        parcel_labels.c.parcel_id == parcel.id, parcel_labels.c.label_id == label.id
    )
    if session.execute(there).first():
        return
    session.execute(insert(parcel_labels).values(parcel_id=parcel.id, label_id=label.id))
    session.commit()
