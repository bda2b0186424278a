"""`.env.example` names every setting, with its default."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import Settings
from tests.database import provide_database

EXAMPLE = Path(__file__).parent.parent / ".env.example"
LINES = re.findall(r"^(# )?([A-Z_]+)=(.*)$", EXAMPLE.read_text(), flags=re.MULTILINE)
FOR_CONTAINERS = {"POSTGRES_PASSWORD", "REPLICATION_PASSWORD", "COMPOSE_PROFILES"}
# An origin of one's own says more than the default, which is for development.
EXAMPLES = {"CORS_ORIGINS"}
DEFAULTS = [(name, value) for mark, name, value in LINES if mark and value and name not in EXAMPLES]


def test_example_names_every_setting_once_and_no_other() -> None:
    """A setting that nobody can find is none."""
    settings = {name.upper() for name in Settings.model_fields}
    assert sorted(name for _, name, _ in LINES) == sorted(settings | FOR_CONTAINERS)


def test_tests_do_as_no_file_says(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A developer's `.env` may lead to what is in use, such as a mail server or a Redis."""
    (tmp_path / ".env").write_text("REDIS_URL=redis://127.0.0.1:1/0\n")
    monkeypatch.chdir(tmp_path)
    assert Settings().redis_url is None
    assert settings.redis_url is None


def test_tests_import_the_application_as_no_file_says(tmp_path: Path) -> None:
    """What it holds from its import on, such as the counter of limits, is no Redis in use."""
    root = EXAMPLE.parent
    (tmp_path / ".env").write_text("REDIS_URL=redis://127.0.0.1:1/0\nENVIRONMENT=production\n")
    program = "import tests, app.main, app.rate_limit as r; print(r.get_rate_limiter()._shared)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root), "REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines()[-1] == "None"


def test_tests_keep_off_the_database_that_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They use one beside it: what is in theirs is deleted."""
    monkeypatch.setenv("TEST_DATABASE_URL", settings.database_url)
    with provide_database() as url:
        assert url != settings.database_url


@pytest.mark.parametrize(("name", "value"), DEFAULTS)
def test_example_shows_the_default(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands there behind a # is what holds anyway."""
    monkeypatch.delenv(name, raising=False)
    file = tmp_path / ".env"
    file.write_text(f"{name}={value}\n")
    read = getattr(Settings(_env_file=file), name.lower())
    assert read == Settings.model_fields[name.lower()].get_default()
