"""What containers are told is what the application reads, and what they copy is there."""

import re
from pathlib import Path

import pytest

from app.config import Settings

ROOT = Path(__file__).parent.parent
SETTINGS = {name.upper() for name in Settings.model_fields}
# Those that Python, uv and the shell read.
OF_OTHERS = {"PATH"} | {f"PYTHON{name}" for name in ("DONTWRITEBYTECODE", "UNBUFFERED")}


def blocks_of(text: str, start: str) -> list[str]:
    """Return the lines below each line that starts so, as far as they are indented deeper."""
    pattern = rf"^( *){start}.*\n((?:\1 +.*\n|\n)+)"
    return [match[1] for match in re.findall(pattern, text, flags=re.MULTILINE)]


def test_compose_gives_the_application_settings_that_it_has() -> None:
    """A misspelled name would be ignored in silence."""
    compose = (ROOT / "compose.yaml").read_text()
    shared = blocks_of(compose, "x-api-environment:")
    workers = [block for block in blocks_of(compose, "environment:") if "*api-environment" in block]
    names = re.findall(r"^ +([A-Z_]+):", "".join(shared + workers), flags=re.MULTILINE)
    assert {"DATABASE_URL", "REDIS_URL", "DATABASE_REPLICA_URL"} <= set(names)
    kept_away = re.findall(r'^ +([A-Z_]+): ""$', "".join(shared), flags=re.MULTILINE)
    assert sorted(kept_away) == ["POSTGRES_PASSWORD", "REPLICATION_PASSWORD"]
    assert set(names) - set(kept_away) <= SETTINGS


def test_image_sets_what_the_application_reads() -> None:
    """In its last stage."""
    image = (ROOT / "Dockerfile").read_text().rpartition("FROM ")[2]
    names = re.findall(r"^(?:ENV|   ) ([A-Z_]+)=", image, flags=re.MULTILINE)
    assert {"ENVIRONMENT", "HOST", "PORT"} <= set(names)
    assert set(names) <= SETTINGS | OF_OTHERS


@pytest.mark.parametrize("source", ["alembic.ini", "migrations", "app", "pyproject.toml"])
def test_image_copies_what_is_let_in(source: str) -> None:
    """`.dockerignore` lets in nothing by default."""
    assert (ROOT / source).exists()
    assert re.search(rf"^COPY .*\b{source}\b", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert re.search(rf"^!{source}/?$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)


def test_passwords_of_the_database_are_of_one_role_each() -> None:
    """Who may copy all databases does not know the application's password, nor the reverse."""
    compose = (ROOT / "compose.yaml").read_text()
    (of_roles,) = [b for b in blocks_of(compose, "environment:") if " POSTGRES_PASSWORD: " in b]
    (of_replica,) = [b for b in blocks_of(compose, "environment:") if "PGUSER: replicator" in b]
    assert re.findall(r"\$\{(\w+:.)", of_roles) == ["POSTGRES_PASSWORD:?", "REPLICATION_PASSWORD:-"]
    assert re.findall(r"\$\{(\w+)", of_replica) == ["REPLICATION_PASSWORD"]


@pytest.mark.parametrize("script", sorted((ROOT / "deploy").glob("*.sh")), ids=lambda p: p.name)
def test_scripts_are_mounted_and_stop_at_errors(script: Path) -> None:
    """A script that nobody runs, or that goes on after an error, would do harm later."""
    assert f"./deploy/{script.name}:" in (ROOT / "compose.yaml").read_text()
    assert "set -euo pipefail" in script.read_text()
