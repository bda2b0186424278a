import uuid

from fastapi import APIRouter, HTTPException

from app import crud
from app.api.deps import CurrentUser
from app.db import SessionDep
from app.models import Ticket, TicketCreate, TicketPublic, TicketsPublic, TicketUpdate

router = APIRouter(prefix="/tickets", tags=["tickets"])


def get_ticket_or_404(session: SessionDep, user: CurrentUser, id: uuid.UUID) -> Ticket:
    ticket = crud.ticket.get_of_owner(session, id, user.id)
    if ticket is None:
        raise HTTPException(status_code=404, detail="Ticket not found")
    return ticket


@router.get("/")
def read_tickets(
    session: SessionDep, user: CurrentUser, skip: int = 0, limit: int = 100
) -> TicketsPublic:
    """
    Retrieve tickets.
    """
    tickets, count = crud.ticket.list_of_owner(session, user.id, skip, limit)
    data = [TicketPublic.model_validate(ticket) for ticket in tickets]
    return TicketsPublic(data=data, count=count)


@router.get("/{id}", response_model=TicketPublic)
def read_ticket(session: SessionDep, user: CurrentUser, id: uuid.UUID) -> Ticket:
    """
    Get a ticket by ID.
    """
    return get_ticket_or_404(session, user, id)


@router.post("/", response_model=TicketPublic, status_code=201)
def create_ticket(session: SessionDep, user: CurrentUser, ticket_in: TicketCreate) -> Ticket:
    """
    Create a new ticket.
    """
    return crud.ticket.create(session, ticket_in, user.id)


@router.put("/{id}", response_model=TicketPublic)
def update_ticket(
    session: SessionDep, user: CurrentUser, id: uuid.UUID, ticket_in: TicketUpdate
) -> Ticket:
    """
    Update a ticket.
    """
    ticket = get_ticket_or_404(session, user, id)
    return crud.ticket.update(session, ticket, ticket_in)


@router.delete("/{id}", status_code=204)
def delete_ticket(session: SessionDep, user: CurrentUser, id: uuid.UUID) -> None:
    """
    Delete a ticket.
    """
    crud.ticket.remove(session, get_ticket_or_404(session, user, id))
