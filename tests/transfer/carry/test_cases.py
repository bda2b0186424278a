"""Carrying code over, one folder a case: `before.py`, `fields.txt`, and what is made of it.

`before.py` holds several modules, each after a line `#== path role`. `fields.txt` says what is
known: `old NAME WORD…`, `new NAME WORD…` (or `add WORD…`, to the old one itself), `structural NAME…`, `others NAME…`, `owner NAME`,
`home MODULE CLASS`.
Run with `BACKWRIGHT_ACCEPT=1` to write what came out, and read it before it is committed.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.transfer.carry.writer import PlainWriter

from backwright.spec.fields import read_field
from backwright.spec.names import names_of
from backwright.spec.types import FieldSpec
from backwright.transfer.carry import Carried, Facts, OldField, Parent, Part, carry, extend
from backwright.transfer.rename import Renaming

CASES = sorted((Path(__file__).parent / "cases").iterdir())


def parts_of(text: str) -> list[Part]:
    parts = []
    for block in re.split(r"^#== ", text, flags=re.MULTILINE)[1:]:
        head, _, code = block.partition("\n")
        path, role = head.split()
        parts.append(Part(path, code, role))  # type: ignore[arg-type]
    return parts


def facts_of(text: str) -> Facts:
    said = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.strip()}
    old = names_of(said["old"][0])
    new = names_of(said["new"][0]) if "new" in said else old
    fields = [read_field(w) for w in said.get("add") or said["new"][1:]]
    targets = {str(f.target) for f in fields if f.target}
    return Facts(
        renaming=lambda code: Renaming(((old, new),)),
        old=old,
        new=new,
        fields=tuple(_old(read_field(w), said) for w in said["old"][1:]),
        new_fields=tuple(fields),
        structural=frozenset(said.get("structural", ["id"])),
        others=tuple(names_of(n) for n in said.get("others", [])),
        parents=tuple(Parent(t, names_of(t)) for t in sorted(targets)),
        owner=said.get("owner", [None])[0],
        home=tuple(said.get("home", ["", ""])),  # type: ignore[arg-type]
        commits="home" in said,
    )


def _old(field: FieldSpec, said: dict[str, list[str]]) -> OldField:
    return OldField(
        name=field.name if field.kind == "many" else field.column,
        kind=field.kind,
        nullable=field.optional,
        unique=field.unique,
        default=field.default is not None,
        target=field.target,
        relationship=field.name if field.kind == "ref" else None,
        enum=said.get("enum", [None])[0] if field.kind == "enum" else None,
    )


def carried(folder: Path) -> Carried:
    facts = facts_of((folder / "fields.txt").read_text("utf-8"))
    parts = parts_of((folder / "before.py").read_text("utf-8"))
    act = extend if facts.old == facts.new else carry
    return act(parts, facts, PlainWriter(facts.new.pascal, facts.parents))


def rendered(made: Carried) -> tuple[str, str]:
    code = ""
    for path, text in made.codes.items():
        needed = "".join(f"# needs {m} {n}\n" for m, n in sorted(made.imports[path]))
        code += f"#== {path}\n{needed}{text}"
    notes = "".join(f"{n.file}:{n.line}: {n.text}\n" for n in made.notes)
    return code, notes


@pytest.mark.parametrize("folder", CASES, ids=lambda f: f.name)
def test_case(folder: Path) -> None:
    code, notes = rendered(carried(folder))
    compile(code, folder.name, "exec")
    if os.environ.get("BACKWRIGHT_ACCEPT"):
        (folder / "after.py").write_text(code, "utf-8")
        (folder / "notes.txt").write_text(notes, "utf-8")
    assert code == (folder / "after.py").read_text("utf-8")
    assert notes == (folder / "notes.txt").read_text("utf-8")


@pytest.mark.parametrize("folder", CASES, ids=lambda f: f.name)
def test_the_same_twice(folder: Path) -> None:
    assert rendered(carried(folder)) == rendered(carried(folder))


@pytest.mark.parametrize("folder", CASES, ids=lambda f: f.name)
def test_line_endings_stay(folder: Path) -> None:
    facts = facts_of((folder / "fields.txt").read_text("utf-8"))
    parts = parts_of((folder / "before.py").read_text("utf-8"))
    writer = PlainWriter(facts.new.pascal, facts.parents)
    act = extend if facts.old == facts.new else carry
    windows = [replace(p, code=p.code.replace("\n", "\r\n")) for p in parts]
    made = act(windows, facts, writer).codes
    plain = act(parts, facts, writer).codes
    assert {p: c.replace("\r\n", "\n") for p, c in made.items()} == plain
    assert all(re.search(r"(?<!\r)\n", c) is None for c in made.values())
