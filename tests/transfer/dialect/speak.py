"""Every field word in a host's dialect: as text to compare, and as a module to run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backwright.project.reader import read_project
from backwright.project.types import Model
from backwright.source.imports import add_imports, add_typing_imports
from backwright.source.text import Splice, splice
from backwright.spec.fields import read_fields
from backwright.spec.names import names_of
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Declaration, Definition, wanted_imports
from backwright.transfer.dialect import Bound, Home, bound, read_dialect, table_name
from backwright.transfer.draft import Draft

WORDS = [
    "title:str:1..200",
    "subtitle:str:50:optional",
    "notes:text:optional",
    "done:bool:default=false",
    "priority:int:1..5:default=3:index",
    "count:int",
    "price:decimal:10,2",
    "score:float:0..10",
    "status:enum:open,in-progress:default=open",
    "level:enum:low,high",
    "email:email:unique",
    "site:url:optional",
    "due:date:optional",
    "at:datetime",
    "seen:datetime:default=now",
    "key:uuid",
    "meta:json",
    "extra:json:default={}",
    "label:ref:Label:cascade",
    "other:ref:Label:optional",
    "tags:many:Label",
]
ROLES = ("create", "update", "public")


@dataclass(frozen=True)
class Spoken:
    """A host's exemplar, and the writers bound to a new resource beside it."""

    draft: Draft
    model: Model
    schema_file: str
    bound: Bound
    fields: tuple[FieldSpec, ...]


def speak(root: Path, exemplar: str, installed: dict[str, str]) -> Spoken:
    project, draft = read_project(root), Draft(root)
    model = next(m for m in project.models if m.name == exemplar)
    dialect = read_dialect(project, draft, model, installed)
    fields = read_fields(WORDS)
    schema_file = next(s.file for s in project.schemas if s.model == exemplar)
    home = Home(
        model="Review",
        table=table_name(dialect, model, "Review"),
        module=dialect.key.module,
        file=model.file,
        schema_file=schema_file,
        owned=dialect.owner is not None,
        fields=fields,
    )
    return Spoken(draft, model, schema_file, bound(dialect, names_of("Review"), home), fields)


def in_words(spoken: Spoken) -> str:
    """Return everything that is written for the new resource."""
    dialect = spoken.bound.dialect
    lines = [
        f"structure: {', '.join(dialect.structure)}",
        f"own: {', '.join(dialect.own)}",
        f"owner: {dialect.owner}",
        f"table: {spoken.bound.home.table}",
    ]
    for title, part in (
        ("before the model", [d.code for d in definitions(spoken)]),
        ("columns", [d.code for d in columns(spoken)]),
        ("shared columns", [d.code for d in shared(spoken)]),
        ("relationships", [d.code for d in near(spoken)]),
        ("other sides", [f"{name}.{d.code}" for name, d in far(spoken)]),
        *(
            (role, [spoken.bound.schema_field(f, role).code for f in spoken.fields])
            for role in ROLES
        ),
        ("filters", [d.code for f in spoken.fields if (d := spoken.bound.filter_field(f))]),
        ("samples", [sample_line(spoken.bound, f) for f in spoken.fields]),
        ("imports", sorted(f"{m} → {n}" for m, n in imports(spoken))),
    ):
        lines += ["", f"# {title}", *(line.rstrip("\n") for line in part)]
    return "\n".join(lines) + "\n"


def sample_line(bound: Bound, field: FieldSpec) -> str:
    good = ", ".join(bound.good(field, which).code for which in (0, 1))
    python = bound.good(field, json=False).code
    return f"{field.column}: {good} | {python} | not {', '.join(bound.bad(field)) or 'anything'}"


def definitions(spoken: Spoken) -> Iterator[Definition]:
    for field in spoken.fields:
        if made := spoken.bound.enum_definition(field):
            yield made
        if field.kind == "many":
            yield spoken.bound.link_definition(field)


def columns(spoken: Spoken) -> list[Declaration]:
    made = [spoken.bound.model_column(f) for f in spoken.fields if f.kind != "many"]
    return spoken.bound.ordered(made)


def shared(spoken: Spoken) -> list[Declaration]:
    if not spoken.bound.dialect.schema.sqlmodel:
        return []
    return [spoken.bound.shared_column(f) for f in spoken.fields if f.kind != "many"]


def near(spoken: Spoken) -> list[Declaration]:
    links = [f for f in spoken.fields if f.target]
    return [side for f in links if (side := spoken.bound.relationships(f).near)]


def far(spoken: Spoken) -> list[tuple[str, Declaration]]:
    links = [f for f in spoken.fields if f.target]
    return [
        (spoken.bound.dialect.partner(str(f.target)).model, side)
        for f in links
        if (side := spoken.bound.relationships(f).far)
    ]


def imports(spoken: Spoken) -> set[tuple[str, str]]:
    made = [*definitions(spoken), *columns(spoken), *shared(spoken), *near(spoken)]
    return {pair for one in made for pair in one.imports}


def models_code(spoken: Spoken) -> str:
    """Return the exemplar's module with the new model in it, as a transfer would leave it."""
    code = spoken.draft.text(spoken.model.file)
    exemplar = next(
        n
        for n in ast.walk(ast.parse(code))
        if isinstance(n, ast.ClassDef) and n.name == spoken.model.name
    )
    made = list(definitions(spoken))
    parts = [*columns(spoken), *near(spoken)]
    new = _class(code, exemplar, spoken, parts)
    code += "".join(f"\n\n{d.code}" for d in made) + f"\n\n{new}"
    needed = {pair for one in (*made, *parts) for pair in one.imports}
    typing = {pair for one in parts for pair in one.typing_imports}
    code = with_far_sides(code, spoken, spoken.model.file)
    return add_typing_imports(add_imports(code, wanted_imports(needed)), wanted_imports(typing))


def with_far_sides(code: str, spoken: Spoken, file: str) -> str:
    """Return a module with the other sides of the relationships in its classes."""
    for name, side in far(spoken):
        partner = spoken.bound.dialect.partner(name)
        if partner.file != file:
            continue
        cls = next(
            n for n in ast.parse(code).body if isinstance(n, ast.ClassDef) and n.name == name
        )
        line = (cls.end_lineno or 0) + 1
        code = splice(code, [Splice(line, line, f"    {side.code}\n")])
        code = add_imports(code, wanted_imports(side.imports))
        code = add_typing_imports(code, wanted_imports(side.typing_imports))
    return code


def _class(code: str, exemplar: ast.ClassDef, spoken: Spoken, parts: list[Declaration]) -> str:
    bases = ", ".join(map(ast.unparse, [*exemplar.bases, *exemplar.keywords]))
    if spoken.bound.dialect.orm == "sqlmodel":
        bases = "SQLModel, table=True"
    kept = []
    for node in exemplar.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        target = node.targets[0] if isinstance(node, ast.Assign) else target
        name = target.id if isinstance(target, ast.Name) else ""
        if name in spoken.bound.dialect.structure and name != spoken.bound.dialect.owner:
            kept.append(ast.unparse(node))
    kept = [line for line in kept if "init=False" in line or "primary" in line] or kept
    table = f'__tablename__ = "{spoken.bound.home.table}"'
    lines = [table, *kept, *(p.code for p in parts)]
    return f"class Review({bases}):\n" + "".join(f"    {line}\n" for line in lines)


def schemas_code(spoken: Spoken) -> str:
    """Return the exemplar's schemas with those of the new resource after them."""
    code = spoken.draft.text(spoken.schema_file)
    if spoken.schema_file == spoken.model.file:
        code = models_code(spoken)
    base = "SQLModel" if spoken.bound.dialect.schema.sqlmodel else "BaseModel"
    needed: set[tuple[str, str]] = set()
    for role in ROLES:
        made = [spoken.bound.schema_field(f, role) for f in spoken.fields]
        needed |= {pair for one in made for pair in one.imports}
        code += f"\n\nclass Review{role.capitalize()}({base}):\n"
        code += "".join(f"    {one.code}\n" for one in made)
    return add_imports(code, wanted_imports(needed))
