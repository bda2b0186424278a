"""Folders that code wants and version control leaves out are made in the copy, nowhere else."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from backwright.project import read_project
from backwright.tasks import settling
from backwright.tasks.host_facts import host_facts
from backwright.tasks.host_values import outlying_values
from backwright.tasks.settling import _make_folder

CUT = "[type=path_not_directory, input_value=PosixPath('/tmp/backwrigh...d2e02b3/src/templates')]"


@pytest.mark.parametrize(
    ("error", "made"),
    [
        ("No such file or directory: '{copy}/logs/app.log'", "logs"),
        ("[type=path_not_directory, input_value=PosixPath('{copy}/templates'), …]", "templates"),
        (CUT, "src/templates"),
        ("No such file or directory: '/nowhere/logs/app.log'", None),
        ("RuntimeError: Directory 'static' does not exist", "backend/static"),
        ("RuntimeError: Directory '{copy}/media' does not exist", "media"),
        ("RuntimeError: Directory '/nowhere/media' does not exist", None),
        ("KeyError: 'SECRET'", None),
    ],
)
def test_folders_are_made_in_the_copy(tmp_path: Path, error: str, made: str | None) -> None:
    assert _make_folder(error.replace("{copy}", str(tmp_path)), tmp_path, "backend") == (
        made is not None
    )
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")][-1:] == (
        [made] if made else []
    )


def test_an_env_file_above_the_folder_that_is_run_in_is_handed_over(tmp_path: Path) -> None:
    (tmp_path / "backend" / "app").mkdir(parents=True)
    (tmp_path / ".env").write_text("DB_HOST=db\nDB_NAME=shop\n")
    (tmp_path / "backend" / ".env").write_text("DB_NAME=own\n")
    assert outlying_values(tmp_path, "backend") == {"DB_HOST": "db"}
    assert outlying_values(tmp_path, "backend/app") == {"DB_HOST": "db", "DB_NAME": "own"}
    assert outlying_values(tmp_path, ".") == {}


SETTINGS = """\
from pydantic_settings import BaseSettings


class Server(BaseSettings):
    server_port: int


class Settings(BaseSettings):
    server: Server


settings = Settings(server=Server())
"""


def test_settings_that_are_made_of_others_are_not_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text in their place cannot be read, and they are handed over by code."""
    (tmp_path / "main.py").write_text(
        f"from fastapi import FastAPI\n\n{SETTINGS}\napp = FastAPI()\n"
    )
    project = read_project(tmp_path)
    monkeypatch.setattr(settling, "_missing", lambda *_: ([], ""))
    scratch = SimpleNamespace(scratch=tmp_path, folder=tmp_path)
    bench = SimpleNamespace(staging=scratch, variables={})
    monkeypatch.setattr(settling, "_with", lambda bench, _: bench)
    given = settling.settle(project, host_facts(project), bench)  # type: ignore[arg-type]
    assert [*given] == ["SERVER_PORT"]
