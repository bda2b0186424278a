from app.crud.base import CRUDBase
from app.models import Ticket, TicketCreate, TicketUpdate


class CRUDTicket(CRUDBase[Ticket, TicketCreate, TicketUpdate]):
    pass


ticket = CRUDTicket(Ticket)
