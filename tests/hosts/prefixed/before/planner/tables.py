from sqlalchemy import Enum
from sqlalchemy.orm import Mapped, mapped_column

from planner.columns import Key, Moment, Text80, new_id
from planner.db import Base
from planner.enums import EventKind


class Room(Base):
    __tablename__ = "room"

    id: Mapped[Key] = mapped_column(default=lambda: new_id("room"))
    name: Mapped[Text80]


class Event(Base):
    __tablename__ = "event"

    id: Mapped[Key] = mapped_column(default=lambda: new_id("event"))
    name: Mapped[Text80]
    kind: Mapped[EventKind] = mapped_column(Enum(EventKind, name="event_kind"))
    agenda: Mapped[str | None]
    created_at: Mapped[Moment]
