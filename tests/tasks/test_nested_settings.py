"""Settings within settings: each part has a variable of its own, the database's URL among them."""

from pathlib import Path

import pytest

from backwright.project.reader import read_project
from backwright.tasks.host_database import database_facts
from backwright.tasks.host_facts import host_facts

CONFIG = """\
from pydantic import BaseModel, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict


class RunConfig(BaseModel):
    port: int = 8000
    workers: int


class DatabaseConfig(BaseModel):
    url: PostgresDsn
    echo: bool = False


class Settings(BaseSettings):
    model_config = SettingsConfigDict({nested}env_prefix="APP__")
    run: RunConfig = RunConfig(workers=1)
    db: DatabaseConfig


settings = Settings()
"""
MAIN = """\
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from config import settings

engine = create_async_engine(str(settings.db.url))
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.mark.parametrize(
    ("nested", "required"),
    [('env_nested_delimiter="__", ', ("APP__DB__URL",)), ("", ("APP__DB",))],
)
def test_what_has_no_default_is_required(
    tmp_path: Path, nested: str, required: tuple[str, ...]
) -> None:
    (tmp_path / "config.py").write_text(CONFIG.format(nested=nested))
    (tmp_path / "main.py").write_text(MAIN)
    (tmp_path / "requirements.txt").write_text("fastapi\nsqlalchemy\nasyncpg\n")
    project = read_project(tmp_path)
    assert host_facts(project).required == required
    if nested:
        url = {"APP__DB__URL": "postgresql+asyncpg://{netloc}/{database}"}
        assert database_facts(project, "").variables == url
