"""What a task must know of a host to run it: its database, its application, its folders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_POSTGRES = "postgresql://{netloc}/{database}"
_SQLITE = "sqlite:///{file}"


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Where a project in the house style keeps what a verification needs."""

    app: str
    migrations_folder: str | None
    test_folder: str | None
    uses_sqlite: bool

    @property
    def database_variables(self) -> Mapping[str, str]:
        """The variables by which the project and its tests are told their database."""
        url = _SQLITE if self.uses_sqlite else _POSTGRES
        return {"DATABASE_URL": url, "TEST_DATABASE_URL": url}


def host_facts(root: Path) -> HostFacts:
    """Read the facts of a project in the house style."""
    config = (root / "app" / "config.py").read_text()
    return HostFacts(
        app="app.main:app",
        migrations_folder="migrations" if (root / "alembic.ini").is_file() else None,
        test_folder="tests" if (root / "tests").is_dir() else None,
        uses_sqlite=bool(re.search(r"database_url: str = \"sqlite", config)),
    )


def speaks_house_style(root: Path) -> bool:
    """Tell whether a project is built like the house, so that its exemplars can be learnt from."""
    needed = ("app/models.py", "app/schemas.py", "app/database.py", "app/pagination.py")
    if not all((root / path).is_file() for path in needed):
        return False
    return "class SharedTable(" in (root / "app" / "models.py").read_text(errors="replace")
