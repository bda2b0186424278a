from .author import Author
from .base import Base
from .book import Book

__all__ = ("Author", "Base", "Book")
