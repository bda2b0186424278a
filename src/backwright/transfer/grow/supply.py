"""What a host lacks and the new code needs: a database, a session, a base for tables, errors."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from backwright.source.imports import add_imports
from backwright.source.outline import imported_names, outline
from backwright.source.text import lines_between
from backwright.transfer.declaration import Import
from backwright.transfer.draft import Draft
from backwright.transfer.grow.homes import OURS, Homes
from backwright.transfer.grow.seams import Dependency, Seams
from backwright.transfer.grow.settings import database_url
from backwright.transfer.grow.sources import Sources, names_of_statement
from backwright.transfer.grow.startup import creates_tables

_GETENV = 'os.environ.get(\n    "DATABASE_URL", "postgresql://postgres:postgres@localhost:5432/postgres"\n)'


@dataclass(frozen=True)
class Supplied:
    """The seams with what was added, and the files that were changed for it.

    `create_tables` is what creates the tables, where the engine is our own.
    """

    seams: Seams
    files: tuple[str, ...] = ()
    create_tables: Import | None = None


def supply_database(
    sources: Sources, homes: Homes, plain: Draft, seams: Seams, *, annotated: bool = True
) -> Supplied:
    """Give the host an engine and a session for each request, as far as it has none.

    Where FastAPI takes no `Annotated` yet, handlers get the session by its function.
    """
    if seams.session is not None:
        return Supplied(seams)
    draft, name = sources.draft, "get_session"
    code = _rebased(plain.text("app/database.py"), seams, sources.module(homes.models))
    if not annotated:
        code = _without_alias(code)
    if seams.engine is None:
        path = homes.database
        if draft.exists(path):
            path = path.replace("database.py", "database_session.py")
        changed = database_url(sources)
        for old, new in ((_GETENV, changed.expression),) if changed else ():
            code = code.replace(old, new)
        if changed:
            code = add_imports(code, {changed.module: {changed.name}})
            draft.write(changed.file, changed.code)
        draft.write(path, code)
        files = (path, *((changed.file,) if changed else ()))
    else:
        path = str(sources.file(seams.engine[0]))
        if name in names_in(draft.text(path)):  # which gives sessions in another way
            name = "get_db_session"
            code = re.sub(r"\bget_session\b", name, code)
        wanted = {name, "SessionDep"}
        if sources.project.migrations is None and not creates_tables(sources):
            wanted.add("create_tables")
        draft.write(path, _with_definitions(draft.text(path), code, wanted, seams.engine[1]))
        files = (path,)
    module = sources.module(path)
    kind = _session_kind(code)
    alias = (module, "SessionDep") if annotated else None
    session = Dependency(kind, (module, name), alias, annotated)
    engine = seams.engine or (module, "engine")
    return Supplied(
        replace(seams, session=session, engine=engine), files, (module, "create_tables")
    )


def _without_alias(code: str) -> str:
    """Return the database module without the name for a handler's session."""
    code = re.sub(r"\n\nSessionDep = .*\n", "", code)
    return re.sub(r"from (typing|fastapi) import (Annotated|Depends)\n", "", code)


def _rebased(code: str, seams: Seams, models: str) -> str:
    """Return the database module with the host's own metadata, or its base."""
    if "Base.metadata" not in code:
        return code
    if seams.metadata:
        module, name = seams.metadata
        code = code.replace("Base.metadata", name)
    else:
        module, name = seams.base or (models, "Base")
        code = code.replace("Base.metadata", f"{name}.metadata")
    return code.replace("from app.models import Base", f"from {module} import {name}")


def _session_kind(code: str) -> Import:
    for name in ("AsyncSession", "Session"):
        if origin := imported_names(code).get(name):
            return origin.rpartition(".")[0], name
    raise LookupError("the template's database module imports no session")


def _with_definitions(code: str, source: str, wanted: set[str], engine: str) -> str:
    """Return a module with definitions of another one appended, and what these import."""
    parts, used = [], set[str]()
    for statement in outline(source):
        if wanted & set(names_of_statement(statement.node)):
            parts.append(lines_between(source, statement.start, statement.end))
            used |= {n.id for n in ast.walk(statement.node) if isinstance(n, ast.Name)}
    text = "\n\n".join(parts)
    if engine != "engine":
        text = text.replace("(engine)", f"({engine})").replace("engine.begin", f"{engine}.begin")
    imports: dict[str, set[str]] = {}
    for name, origin in imported_names(source).items():
        if name in used and name not in names_in(code):
            imports.setdefault(origin.rpartition(".")[0], set()).add(name)
    return add_imports(code.rstrip("\n") + "\n\n\n" + text, imports)


def names_in(code: str) -> set[str]:
    """Return what the top level of a module defines."""
    return {name for node in ast.parse(code).body for name in names_of_statement(node)}


def supply_errors(sources: Sources, homes: Homes, plain: Draft) -> tuple[str, tuple[str, ...]]:
    """Give the host the errors that services raise; return their module and the changed files."""
    draft, path = sources.draft, homes.exceptions
    wanted = set(OURS)
    source = plain.text("app/exceptions.py")
    if not draft.exists(path):
        draft.write(path, source)
        return sources.module(path), (path,)
    code = draft.text(path)
    missing = wanted - names_in(code)
    if missing:
        draft.write(path, _with_definitions(code, source, missing, "engine"))
    return sources.module(path), ((path,) if missing else ())
