"""The migrations: forwards, back and forwards again, and then nothing is missing."""

import pytest
from alembic import command
from alembic.config import Config

from app.config import Settings
from tests.database import provide_another_database


def test_up_down_and_up_again(
    settings: Settings, migrations: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left behind that the next way up stumbles over, and no model is forgotten."""
    with provide_another_database(settings.database_url) as url:
        monkeypatch.setattr(settings, "database_url", url)
        command.upgrade(migrations, "head")
        command.downgrade(migrations, "base")
        command.upgrade(migrations, "head")
        command.check(migrations)


def test_a_url_with_words_of_libpq(
    settings: Settings, migrations: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Providers hand out such URLs; what the application can connect to can be migrated."""
    with provide_another_database(settings.database_url) as url:
        mark = "&" if "?" in url else "?"
        monkeypatch.setattr(settings, "database_url", f"{url}{mark}sslmode=prefer")
        command.upgrade(migrations, "head")
        command.check(migrations)
