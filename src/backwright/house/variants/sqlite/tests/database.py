"""The database of the tests: a file of their own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def provide_database() -> Iterator[str]:
    """Yield the URL of an empty database, and take it away again at the end."""
    with tempfile.TemporaryDirectory(prefix="sqlite-") as folder:
        yield f"sqlite:///{folder}/test.sqlite3"


@contextmanager
def provide_another_database(_url: str) -> Iterator[str]:
    """Yield the URL of an empty database beside another, and drop it at the end."""
    with tempfile.TemporaryDirectory(prefix="sqlite-") as folder:
        yield f"sqlite:///{folder}/another.sqlite3"
