"""The plain template as a draft: synchronous or not, with tables of SQLModel or of SQLAlchemy.

For libraries of an older time it is put into their words.
"""

from __future__ import annotations

import tempfile
from importlib.resources import files
from pathlib import Path

from backwright.project.reader import read_project
from backwright.project.types import Model, Project
from backwright.transfer.draft import Draft
from backwright.transfer.grow.libraries import MODERN, Libraries
from backwright.transfer.grow.older import older
from backwright.transfer.grow.speak import Speech
from backwright.transfer.grow.synchronous import synchronous

_MAPPED, _CLASSIC = "mapped/", "classic/"
_CODE = ("app/", "tests/")
_OF_SQLALCHEMY = Speech({}, sqlmodel_session=False, sqlmodel_tables=False)


def template_root(name: str) -> Path:
    """Return the folder of a template."""
    return Path(str(files("backwright") / name))


def plain_draft(
    *,
    is_async: bool = True,
    mapped: bool = False,
    libraries: Libraries = MODERN,
    name: str = "plain",
) -> Draft:
    """Return a template in one of its forms: of a resource (`plain`), or of accounts (`gate`)."""
    draft = Draft(template_root(name))
    if mapped:
        is_classic = not libraries.modern and draft.exists(f"{_CLASSIC}models.py")
        models = _CLASSIC if is_classic else _MAPPED
        draft.write("app/models.py", draft.text(f"{models}models.py"))
    for path in draft.modules():
        if not path.startswith(_CODE):
            draft.remove(path)
            continue
        code = draft.text(path)
        if mapped and path != "app/models.py":
            code = of_sqlalchemy(code)
        draft.write(path, older(code if is_async else synchronous(code), libraries))
    return draft


def plain_model(draft: Draft) -> tuple[Project, Model]:
    """Return what is known of the template, and the model whose structure is repeated."""
    with tempfile.TemporaryDirectory(prefix="backwright-") as folder:
        draft.write_into(Path(folder))
        project = read_project(Path(folder))
    model = next(model for model in project.models if model.name == "Note")
    return project, model


def of_sqlalchemy(code: str) -> str:
    """Return a module that uses SQLAlchemy's own session, select and base."""
    for old, new in (
        ("from sqlmodel import col, select", "from sqlalchemy import select"),
        ("from sqlmodel import select", "from sqlalchemy import select"),
        ("from sqlmodel import SQLModel", "from app.models import Base"),
        (
            "from sqlmodel.ext.asyncio.session import AsyncSession",
            "from sqlalchemy.ext.asyncio import AsyncSession",
        ),
        ("SQLModel.metadata", "Base.metadata"),
    ):
        code = code.replace(old, new)
    return _OF_SQLALCHEMY.put(code)
