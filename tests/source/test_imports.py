"""Imports are added where they belong, once, and the rest of the module stays as it was."""

from __future__ import annotations

import pytest

from backwright.source.imports import add_imports, add_typing_imports, leaves_unbound


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (
            "import sqlalchemy as sa\n",
            {"sqlalchemy as sa": {""}},
            "import sqlalchemy as sa\n",
        ),
        ("import os\n", {"datetime": {""}}, "import os\nimport datetime\n"),
        ("import os\n\nX = 1\n", {"enum": {"Enum"}}, "import os\nfrom enum import Enum\n\nX = 1\n"),
        (
            "from sqlalchemy import Column\n\nfrom .database import Base\n",
            {"enum": {"Enum"}, "pydantic": {"Field"}, "app.enums": {"Color"}},
            "from enum import Enum\n\nfrom sqlalchemy import Column\nfrom pydantic import Field\n"
            "\nfrom .database import Base\nfrom app.enums import Color\n",
        ),
        (
            "from sqlalchemy import Column, Integer\n",
            {"sqlalchemy": {"Enum as SQLEnum", "Integer"}},
            "from sqlalchemy import Column, Enum as SQLEnum, Integer\n",
        ),
        (
            "from sqlalchemy import Column\nfrom sqlalchemy import String\n",
            {"sqlalchemy": {"Column", "String"}},
            "from sqlalchemy import Column\nfrom sqlalchemy import String\n",
        ),
        (
            "from sqlalchemy import String, Column\n",
            {"sqlalchemy": {"Date"}},
            "from sqlalchemy import String, Column, Date\n",
        ),
        (
            "from sqlalchemy import (  # noqa: F401\n    Column,\n)\n",
            {"sqlalchemy": {"Date"}},
            "from sqlalchemy import (  # noqa: F401\n    Column,\n)\nfrom sqlalchemy import Date\n",
        ),
        (
            "from sqlalchemy import (\n    Column,\n    String,\n)\n",
            {"sqlalchemy": {"Date"}},
            "from sqlalchemy import (\n    Column,\n    Date,\n    String,\n)\n",
        ),
        (
            "from . import schemas\nfrom .database import Base\n",
            {"..models": {"Task"}, ".database": {"engine"}},
            "from . import schemas\nfrom ..models import Task\nfrom .database import Base, engine\n",
        ),
        ("from a import *\n", {"a": {"B"}}, "from a import *\n"),
    ],
)
def test_names_and_modules(before: str, wanted: dict[str, set[str]], after: str) -> None:
    once = add_imports(before, wanted)
    assert once == after
    assert add_imports(once, wanted) == once


def test_for_type_checkers_only_a_block_is_made() -> None:
    code = "from sqlmodel import SQLModel\n\n\nclass A(SQLModel):\n    pass\n"
    once = add_typing_imports(code, {"app.b": {"B"}})
    assert once == (
        "from typing import TYPE_CHECKING\n\nfrom sqlmodel import SQLModel\n"
        "\nif TYPE_CHECKING:\n    from app.b import B\n\n\nclass A(SQLModel):\n    pass\n"
    )
    assert add_typing_imports(once, {"app.b": {"B"}}) == once


def test_for_type_checkers_only_the_block_is_widened() -> None:
    code = "import typing\n\nif typing.TYPE_CHECKING:\n    from app.b import B\n\nX = 1\n"
    assert add_typing_imports(code, {"app.b": {"A"}, "app.c": {"C"}}) == (
        "import typing\n\nif typing.TYPE_CHECKING:\n    from app.b import A, B\n"
        "    from app.c import C\n\nX = 1\n"
    )


def test_what_is_imported_at_run_time_needs_no_second_import() -> None:
    code = "from app.b import B\n"
    assert add_typing_imports(code, {"app.b": {"B"}}) == code


def test_a_name_that_a_relative_import_brings_is_there() -> None:
    code = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from .b import B\n"
    assert add_typing_imports(code, {"app.b": {"B"}}) == code


@pytest.mark.parametrize(
    ("code", "unbound"),
    [
        ("from orm import Mapped\n\n\nclass A:\n    b: Mapped['B'] = made()\n", True),
        ("from orm import Mapped\n\n\nclass A:\n    c: Mapped['C'] = made()\n", False),
        ("from app.b import B\n\n\nclass A:\n    b: 'B | None' = None\n    a: 'A' = None\n", False),
        ("if TYPE_CHECKING:\n    from b import B\n\n\nclass A:\n    b: 'B' = None\n", False),
        ("class A:\n    b: 'B' = made()  # noqa: F821\n", False),
    ],
)
def test_what_a_project_names_without_importing_it(code: str, *, unbound: bool) -> None:
    assert leaves_unbound(code, {"C"}) is unbound
