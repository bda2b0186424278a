from ..models import Author
from .base import Repository


class AuthorRepository(Repository[Author]):
    model = Author
