#== tests/factories.py factory
import factory
from app.models import Book


class BookFactory(factory.alchemy.SQLAlchemyModelFactory):
    class Meta:
        model = Book

    title = factory.Faker("text", max_nb_chars=10)
    isbn = factory.Faker("isbn13")
#== tests/test_books.py test
from tests.factories import BookFactory


def test_list_books(client):
    BookFactory.create_batch(3)

    response = client.get("/books")

    assert len(response.json()) == 3
