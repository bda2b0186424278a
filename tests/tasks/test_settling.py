"""Folders that code wants and version control leaves out are made in the copy, nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

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
