"""What a module exports is told of what was added to it, in the layout that its list has."""

from pathlib import Path

import pytest

from backwright.project.reader import read_project
from backwright.transfer.declaration import once
from backwright.transfer.draft import Draft
from backwright.transfer.grow.exports import import_like, with_exports
from backwright.transfer.grow.sources import Sources


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('__all__ = ["User"]\n', '__all__ = ["User", "Note"]\n'),
        ("__all__ = ('User',)\n", "__all__ = ('User', 'Note',)\n"),
        ('__all__ = [\n    "User",\n]\n', '__all__ = [\n    "User",\n    "Note",\n]\n'),
        ('__all__: list[str] = ["Note"]\n', '__all__: list[str] = ["Note"]\n'),
        ("__all__ = []\n", "__all__ = []\n"),
        ("x = 1\n", "x = 1\n"),
        ("__all__ = names()\n", "__all__ = names()\n"),
    ],
)
def test_names_are_added(before: str, after: str) -> None:
    assert with_exports(before, ["Note", "_own"]) == after


@pytest.mark.parametrize(
    ("path", "line", "wanted"),
    [
        ("app/models/__init__.py", "from .hero import Hero", "from .note import Note\n"),
        (
            "app/models/__init__.py",
            "from .hero import Hero as Hero",
            "from .note import Note as Note\n",
        ),
        ("app/models/__init__.py", "from . import hero  # known", "from . import note  # known\n"),
        ("app/db.py", "from .models.hero import Hero", "from .models.note import Note\n"),
        ("app/db.py", "from app.models.hero import Hero", "from app.models.note import Note\n"),
        ("app/db.py", "from app.models import hero", "from app.models import note\n"),
        ("app/db.py", "import app.models.hero", "import app.models.note\n"),
        ("app/crud/__init__.py", "from .hero import hero", ""),
        ("app/crud/__init__.py", "from . import hero", ""),
        ("app/db.py", "from .crud.hero import hero", ""),
    ],
)
def test_a_new_module_is_imported_like_the_old_one(
    tmp_path: Path, path: str, line: str, wanted: str
) -> None:
    """Not where a module of the same name, but of another folder, is imported."""
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(f"{line}\n")
    sources = Sources(Draft(tmp_path), read_project(tmp_path))
    modules = ("app.models.hero", "app.models.note")
    node = sources.trees[path].body[0]
    assert import_like(sources, path, node, modules, "Note") == wanted


def test_a_name_is_imported_once() -> None:
    """Where the package's own `Base` is as good as the one by its full path, the shorter way is taken."""
    wanted = {("..models", "Base"), (".", "Base"), ("sqlalchemy", "func"), ("uuid", "")}
    assert once(wanted) == {(".", "Base"), ("sqlalchemy", "func"), ("uuid", "")}
