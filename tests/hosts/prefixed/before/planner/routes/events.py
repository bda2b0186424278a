from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select

from planner.db import Db
from planner.models import EventPatch, EventView, NewEvent
from planner.tables import Event

router = APIRouter(prefix="/events", tags=["events"])


def event_of(event_id: str, db: Db) -> Event:
    event = db.get(Event, event_id)
    if event is None:
        raise HTTPException(404, f"there is no event {event_id}")
    return event


TheEvent = Annotated[Event, Depends(event_of)]


@router.get("", response_model=list[EventView])
def all_events(db: Db):
    return db.scalars(select(Event).order_by(Event.created_at)).all()


@router.post("", response_model=EventView, status_code=201)
def add_event(new: NewEvent, db: Db):
    event = Event(**new.model_dump())
    db.add(event)
    db.commit()
    return event


@router.get("/{event_id}", response_model=EventView)
def one_event(event: TheEvent):
    return event


@router.patch("/{event_id}", response_model=EventView)
def change_event(event: TheEvent, patch: EventPatch, db: Db):
    for name, value in patch.model_dump(exclude_unset=True).items():
        setattr(event, name, value)
    db.commit()
    return event


@router.delete("/{event_id}", status_code=204)
def remove_event(event: TheEvent, db: Db) -> None:
    db.delete(event)
    db.commit()
