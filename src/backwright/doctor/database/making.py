"""Repairs that make tables at the start, and that bring branches of migrations together."""

from __future__ import annotations

import ast
import hashlib

from backwright.doctor.edits import finished, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import called, keyword, last_name
from backwright.project.types import Migrations
from backwright.report.doctor_types import Repair
from backwright.source.imports import add_imports


def merged(evidence: Evidence, facts: Migrations) -> tuple[Repair, ...]:
    """Return the migration that has all heads before it, as `alembic merge` writes it."""
    folder = next((one.rpartition("/")[0] for one in evidence.sources.python
                   if one.startswith(f"{facts.folder}/") and "/versions/" in one), None)  # fmt: skip
    if folder is None:
        return ()
    name = hashlib.sha256(" ".join(facts.heads).encode()).hexdigest()[:12]
    before = ", ".join(f'"{one}"' for one in facts.heads)
    text = (
        f'"""Merge the heads {", ".join(facts.heads)}."""\n\n'
        f'revision = "{name}"\ndown_revision = ({before})\nbranch_labels = None\ndepends_on = None\n\n\n'
        "def upgrade() -> None:\n    pass\n\n\ndef downgrade() -> None:\n    pass\n"
    )
    return (Repair(f"{folder}/{name}_merge_heads.py", "", text),)


def created(evidence: Evidence) -> tuple[Repair, ...]:
    """Return the repair that makes the tables when the application starts, where nothing does."""
    apps, facts = evidence.project.apps, evidence.project.database
    if len(apps) != 1 or facts is None or any(evidence.sources.calls("create_all")):
        return ()
    file = apps[0].file
    engine = _engine(evidence, facts.file)
    base = _base(evidence)
    for node in evidence.sources.nodes(file):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        value = node.value
        if called(value) == "FastAPI" and engine and base:
            if keyword(value, "lifespan") is not None or "on_event" in evidence.sources.text(file):
                return ()
            made = with_argument(evidence, file, value, "lifespan=lifespan")
            return _with_lifespan(
                evidence, file, node, made[0].after, base, (facts.file, engine, facts.is_async)
            )
    return ()


def _with_lifespan(
    evidence: Evidence, file: str, node: ast.stmt, text: str, base: tuple[str, str],
    engine: tuple[str, str, bool],
) -> tuple[Repair, ...]:  # fmt: skip
    if engine[2]:
        inner = (f"    async with {engine[1]}.begin() as connection:\n"
                 f"        await connection.run_sync({base[1]}.metadata.create_all)\n")  # fmt: skip
    else:
        inner = f"    {base[1]}.metadata.create_all({engine[1]})\n"
    words = f"@asynccontextmanager\nasync def lifespan(app: FastAPI) -> AsyncIterator[None]:\n{inner}    yield\n\n\n"
    lines = text.splitlines(keepends=True)
    gap = "" if node.lineno < 2 or not lines[node.lineno - 2].strip() else "\n"
    lines.insert(node.lineno - 1, f"{gap}\n{words}")
    wanted = {"collections.abc": {"AsyncIterator"}, "contextlib": {"asynccontextmanager"},
              base[0]: {base[1]}, _module(engine[0]): {engine[1]}}  # fmt: skip
    after = add_imports("".join(lines), wanted)
    return finished(file, evidence.sources.text(file), after)


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _engine(evidence: Evidence, file: str) -> str:
    tree = evidence.sources.syntax(file)
    for node in tree.body if tree else ():
        value = node.value if isinstance(node, ast.Assign) else None
        is_call = isinstance(node, ast.Assign) and isinstance(value, ast.Call)
        if is_call and called(value) in ("create_engine", "create_async_engine"):  # type: ignore[arg-type]
            return last_name(node.targets[0])  # type: ignore[attr-defined]
    return ""


def _base(evidence: Evidence) -> tuple[str, str] | None:
    """Return the module and the name of what holds the models' metadata."""
    models = [one for one in evidence.project.models if one.table]
    if any("SQLModel" in evidence.sources.text(one.file) for one in models):
        return "sqlmodel", "SQLModel"
    for file in evidence.sources.own:
        for node in evidence.sources.nodes(file):
            if isinstance(node, ast.ClassDef) and any(
                last_name(one) == "DeclarativeBase" for one in node.bases
            ):
                return _module(file), node.name
    return None
