"""Which of the newer ways of its libraries a host has, so that what is grown uses no others."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from backwright.host.requirements import read_requirements
from backwright.host.versions import asked_versions
from backwright.transfer.dialect.facts import Optional_, version_of
from backwright.transfer.dialect.read_models import optional_form
from backwright.transfer.grow.sources import Sources

_NEW = (9999,)


@dataclass(frozen=True, slots=True)
class Libraries:
    """What a host's libraries know.

    Attributes:
        pydantic: Its major version.
        annotated: FastAPI takes `Annotated[…, Depends(…)]`.
        empty: FastAPI answers 204 with nothing by itself.
        modern: SQLAlchemy is the second.
        scalars: A session of SQLAlchemy has `scalars`.
        typed: SQLModel's `Field` takes `sa_type` and `ondelete`.
        optional: How "may be None" is written.
    """

    pydantic: int = 2
    annotated: bool = True
    empty: bool = True
    modern: bool = True
    scalars: bool = True
    typed: bool = True
    optional: Optional_ = "X | None"


MODERN = Libraries()


def libraries_of(
    sources: Sources, versions: Mapping[str, str], python: tuple[int, ...]
) -> Libraries:
    """Return what a host's libraries know; one whose version is not known counts as new.

    Args:
        sources: its modules.
        versions: `versions_of`.
        python: the oldest Python that it runs on, nothing where it is not known.
    """

    def version(name: str) -> tuple[int, ...]:
        return version_of(versions, name, default=_NEW)

    return Libraries(
        pydantic=_pydantic(sources, version("pydantic")),
        annotated=version("fastapi") >= (0, 95),
        empty=version("fastapi") >= (0, 79),
        modern=version("sqlalchemy") >= (2,),
        scalars=version("sqlalchemy") >= (1, 4, 24),
        typed=version("sqlmodel") >= (0, 0, 21),
        optional=_optional(sources, python, version("pydantic")),
    )


def versions_of(sources: Sources, installed: Mapping[str, str]) -> dict[str, str]:
    """Return the versions of distributions: the installed ones, else those that are asked for."""
    return asked_versions(read_requirements(sources.draft.root)) | dict(installed)


def _pydantic(sources: Sources, version: tuple[int, ...]) -> int:
    if version != _NEW:
        return version[0]
    old = any("orm_mode" in sources.draft.text(path) for path in sources.trees)
    return 1 if old else 2


def _optional(sources: Sources, python: tuple[int, ...], pydantic: tuple[int, ...]) -> Optional_:
    """Return how the host says "may be None": as its libraries take it, else as most of it does."""
    if (python and python < (3, 10)) or pydantic < (1, 9):
        return "Optional[X]"
    votes = Counter(
        form
        for tree in sources.trees.values()
        for node in ast.walk(tree)
        if (form := optional_form(_annotation(node)))
    )
    return "Optional[X]" if votes["Optional[X]"] > votes["X | None"] else "X | None"


def _annotation(node: ast.AST) -> ast.expr | None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.returns
    return node.annotation if isinstance(node, ast.AnnAssign | ast.arg) else None
