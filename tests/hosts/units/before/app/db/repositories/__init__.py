from .author import AuthorRepository
from .book import BookRepository

__all__ = ("AuthorRepository", "BookRepository")
