#== tests/factories.py
# needs uuid uuid4
import factory
from app.models import Ticket


class TicketFactory(factory.alchemy.SQLAlchemyModelFactory):
    class Meta:
        model = Ticket

    code = factory.LazyFunction(lambda: uuid4().hex)
    seat = "seat 1"
#== tests/test_books.py
from tests.factories import TicketFactory


def test_list_tickets(client):
    TicketFactory.create_batch(3)

    response = client.get("/tickets")

    assert len(response.json()) == 3
