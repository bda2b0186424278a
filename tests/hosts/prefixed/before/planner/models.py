"""What is asked and answered."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from planner.enums import EventKind


class NewEvent(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    kind: EventKind
    agenda: str | None = None


class EventPatch(BaseModel):
    name: str | None = Field(default=None, min_length=1, max_length=80)
    kind: EventKind | None = None
    agenda: str | None = None


class EventView(NewEvent):
    model_config = ConfigDict(from_attributes=True)

    id: str
    created_at: datetime
