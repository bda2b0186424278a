"""What of a host is found to sew new code on to."""

from pathlib import Path

import pytest

from backwright.project.reader import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.grow.seams import read_seams
from backwright.transfer.grow.sources import Sources

BASES = {
    "assigned": "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n",
    "decorated": "from sqlalchemy.ext.declarative import as_declarative\n\n\n"
    "@as_declarative()\nclass Base:\n    id: int\n",
    "derived": "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n"
    "    pass\n",
}


@pytest.mark.parametrize("form", BASES)
def test_the_declarative_base_is_found_however_it_is_made(tmp_path: Path, form: str) -> None:
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    (tmp_path / "base.py").write_text(BASES[form])
    seams = read_seams(Sources(Draft(tmp_path), read_project(tmp_path)))
    assert seams.base == ("base", "Base")
