"""Small hosts of different dialects: what is written for them, and that it runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.transfer.dialect.speak import (
    Spoken,
    far,
    in_words,
    models_code,
    schemas_code,
    speak,
    with_far_sides,
)

CASES = Path(__file__).parent / "cases"
EXEMPLARS = {
    "columns_flat": ("Post", {"pydantic": "1.10.2", "email-validator": "2.0"}),
    "mapped_async": ("TaskModel", {}),
    "sqlmodel_one_file": ("Item", {"sqlmodel": "0.0.24", "pydantic": "2.11"}),
    "sqlmodel_split": ("Hero", {"sqlmodel": "0.0.24"}),
    "dataclass_enums": ("Cat", {"sqlalchemy": "2.0.40"}),
}


@pytest.fixture(params=sorted(EXEMPLARS))
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def spoken_of(case: str) -> Spoken:
    exemplar, installed = EXEMPLARS[case]
    return speak(CASES / case, exemplar, installed)


def test_what_is_written(case: str) -> None:
    expected = CASES / case / "expected.txt"
    written = in_words(spoken_of(case))
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(written)
    assert written == expected.read_text()


def test_that_it_runs(case: str, tmp_path: Path) -> None:
    spoken = spoken_of(case)
    root = tmp_path / "host"
    shutil.copytree(CASES / case, root)
    partners = {spoken.bound.dialect.partner(name).file for name, _ in far(spoken)}
    for file in partners - {spoken.model.file}:
        (root / file).write_text(with_far_sides(spoken.draft.text(file), spoken, file))
    write_modules(spoken, root)
    said = run(root, probe(spoken))
    assert said["accepted"] == []
    assert said["refused"] == []
    assert said["columns"] == sorted(
        {f.column for f in spoken.fields if f.kind != "many"} | set(said["structure"])
    )


def write_modules(spoken: Spoken, root: Path) -> None:
    """Write the new resource's models, schemas and, where the host keeps them apart, enums."""
    models, schemas = models_code(spoken), schemas_code(spoken)
    if home := spoken.bound.dialect.enum.home:
        made = [d.code for f in spoken.fields if (d := spoken.bound.enum_definition(f))]
        (root / home).write_text("\n\n".join([spoken.draft.text(home), *made]))
        for code in made:
            models = models.replace(f"\n\n{code}", "")
    if spoken.bound.dialect.schema.pydantic == 1:  # it lives on inside the one installed here
        schemas = re.sub(r"from pydantic(\.\w+)? import", "from pydantic.v1 import", schemas)
    (root / spoken.model.file).write_text(models)
    (root / spoken.schema_file).write_text(schemas)


def run(root: Path, code: str) -> dict[str, list[str]]:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, env=environment
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def probe(spoken: Spoken) -> str:
    """Return a program that maps the models, writes the DDL, and tries each sample."""
    module = spoken.bound.dialect.key.module
    schema_module = spoken.schema_file.removesuffix(".py").replace("/", ".")
    others = sorted({p.module for p in spoken.bound.dialect.partners.values()} - {module})
    good = ", ".join(
        f'"{f.column}": {spoken.bound.good(f).code}' for f in spoken.fields if f.kind != "many"
    )
    bad = [(f.column, value) for f in spoken.fields for value in spoken.bound.bad(f)]
    trials = "".join(
        f'\nif accepts({{**good, "{name}": {value}}}): accepted.append("{name}")'
        for name, value in bad
    )
    structure = [
        name for name in spoken.bound.dialect.structure if name != spoken.bound.dialect.owner
    ]
    return f"""
import importlib, json
from uuid import uuid4
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import configure_mappers
from sqlalchemy.schema import CreateTable
for name in {[*others, module]!r}:
    importlib.import_module(name)
models = importlib.import_module({module!r})
schemas = importlib.import_module({schema_module!r})
configure_mappers()
table = models.Review.__table__
for one in table.metadata.sorted_tables:
    CreateTable(one).compile(dialect=postgresql.dialect())
good = {{{good}}}
def accepts(values):
    try:
        schemas.ReviewCreate(**values)
    except ValueError:
        return False
    return True
accepted, refused = [], []
if not accepts(good):
    schemas.ReviewCreate(**good)
{trials}
if not schemas.ReviewUpdate():
    refused.append("empty change")
names = [c.name for c in table.columns]
print(json.dumps({{"accepted": accepted, "refused": refused, "columns": sorted(names),
    "structure": [n for n in {structure!r} if n in names]}}))
"""
