"""Habits that are read from small things: heads of classes, bases, folders that are no packages."""

from __future__ import annotations

from pathlib import Path

from backwright.project.reader import read_project
from backwright.spec.fields import read_field
from backwright.spec.names import names_of
from backwright.transfer.dialect import Dialect, Home, read_dialect
from backwright.transfer.dialect.relation_writer import ids_property, link_definition
from backwright.transfer.draft import Draft

MAIN = "from fastapi import FastAPI\nfrom core.models.pet import Pet\n\napp = FastAPI()\n"
ABSTRACT = """\
from sqlalchemy import Boolean, Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Common(Base):
    __abstract__ = True

    id = Column(Integer, primary_key=True)
    is_active = Column(Boolean, default=True)


class Pet(Common):
    __tablename__ = "pets"

    name = Column(String)
"""
REMARKED = """\
from sqlmodel import Field, SQLModel


class Pet(SQLModel, table=True):  # type: ignore[call-arg]
    id: int | None = Field(default=None, primary_key=True)
    name: str
"""


def dialect_of(root: Path, models: str, folder: str = ".") -> Dialect:
    home = root / folder
    (home / "core" / "models").mkdir(parents=True)
    (home / "main.py").write_text(MAIN.replace("import Pet", "import *"))
    (home / "core" / "models" / "pet.py").write_text(models)
    project = read_project(root)
    return read_dialect(project, Draft(root), project.models[0], {"sqlmodel": "0.0.27"})


def test_what_an_abstract_base_declares_is_the_projects_way(tmp_path: Path) -> None:
    assert set(dialect_of(tmp_path, ABSTRACT).structure) == {"id", "is_active"}


def test_a_folder_that_is_no_package_is_not_imported(tmp_path: Path) -> None:
    """Nothing imports the class by its name; others are imported from beside its folder."""
    dialect = dialect_of(tmp_path, ABSTRACT, "pet-shop")
    assert dialect.partners["Pet"].module == "core.models.pet"


def test_links_are_told_to_tools_as_tables_are(tmp_path: Path) -> None:
    dialect = dialect_of(tmp_path, REMARKED)
    field, names = read_field("pets:many:Pet"), names_of("Visit")
    home = Home("Visit", "visit", "core.models.visit", "core/models/visit.py")
    link = link_definition(dialect, names, field, home).code
    assert "table=True):  # type: ignore[call-arg]\n" in link
    ids = ids_property(dialect, names, field).code
    assert "[pet.id for pet in self.pets if pet.id is not None]" in ids
