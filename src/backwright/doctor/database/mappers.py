"""Relationships that SQLAlchemy cannot put together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from backwright.doctor.edits import rewritten, segment, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called, last_name
from backwright.project.types import Model
from backwright.report.doctor_types import Cause, Repair
from backwright.spec.names import names_of
from backwright.values import Place

_PROOF = "start the application again, and send a request that reads this table"
_KNOWN = (
    Known(
        "relationship-target",
        r"expression '(?P<target>\w+)' failed to locate a name",
        "a relationship names {target}, and no model of that name is known when mappers are set up",
        "mend the name, or import the module of {target} before the first query (in the models' "
        "package, say)",
        _PROOF,
    ),
    Known(
        "relationship-foreign-key",
        r"(?:Could not determine join condition between parent/child tables on relationship (?P<name>[\w.]+) - there are no foreign keys"
        r"|NoForeignKeysError)",
        "the relationship {name} has no foreign key to go by",
        "add the column that refers to the other table: Field(foreign_key=\"table.id\") or "
        "ForeignKey(\"table.id\")",
        _PROOF,
    ),
    Known(
        "relationship-ambiguous",
        r"Could not determine join condition between parent/child tables on relationship (?P<name>[\w.]+) - there are multiple foreign key",
        "several foreign keys lead to the other table, and the relationship {name} does not say which",
        "name it: foreign_keys=[Model.column] (SQLModel: sa_relationship_kwargs)",
        _PROOF,
    ),
    Known(
        "relationship-back-populates",
        r"Mapper '(?:Mapper\[(?P<model>\w+)\(\w+\)\]|mapped class (?P<old>\w+)->\w+)' has no property '(?P<name>\w+)'",
        "a relationship's back_populates names {model}{old}.{name}, which is not there",
        "give both sides each other's name",
        _PROOF,
    ),
    Known(
        "table-twice",
        r"Table '(?P<table>\w+)' is already defined for this MetaData",
        "the table {table} is declared twice: two classes of one name, or one module imported under two "
        "names (app.models and models)",
        "import it everywhere by one name; do not hide it with extend_existing",
        _PROOF,
    ),
    Known(
        "column-type-unknown",
        r"<class '(?P<type>[\w.]+)'> has no matching SQLAlchemy type|issubclass\(\) arg 1 must be a class",
        "a field of a table is a {type}, which has no type of a column by itself",
        "Field(sa_type=JSON); for rows of another table, a Relationship", "start the application again",
    ),
    Known(
        "foreign-key-table",
        r"Foreign key associated with column '(?P<column>[\w.]+)' could not find table '(?P<table>[\w.]+)'",
        "the foreign key of {column} names the table {table}, and no model that was imported has it",
        "mend the name (it is the table's, __tablename__, not the class's), or import the module of that model first, "
        "also in Alembic's env.py",
        _PROOF,
    ),
    Known(
        "no-primary-key",
        r"Mapper (?:Mapper\[(?P<model>\w+)\(\w+\)\]|mapped class (?P<old>\w+)->\w+|\S+) could not assemble any primary key",
        "the table of {model}{old} has no primary key",
        "give it one: id = …(primary_key=True); of a table that links two others, both foreign keys are it",
        "start the application again",
    ),
    Known(
        "reserved-attribute",
        r"Attribute name '(?P<name>metadata|registry)' is reserved",
        "a column is named {name}, which the declarative base needs itself",
        'name the attribute otherwise and keep the column: meta = mapped_column("{name}", …)',
        _PROOF,
    ),
)  # fmt: skip


@diagnosis
def mappers(evidence: Evidence) -> Iterator[Cause]:
    """Tell which relationship cannot be put together."""
    for cause in recognised(evidence, "database", _KNOWN):
        yield _located(evidence, cause)


def _located(evidence: Evidence, cause: Cause) -> Cause:
    """Return a cause at the line that names what is wrong, with the name mended where one is near."""
    if cause.name == "relationship-target":
        target = cause.text.split("names ", 1)[1].split(",", 1)[0]
        if schema := _no_table(evidence, cause, target):
            return schema
        return _with_name(evidence, cause, target, [one.name for one in evidence.project.models])
    if cause.name == "relationship-back-populates":
        model, _, name = cause.text.split("names ", 1)[1].split(",", 1)[0].partition(".")
        known = [
            relation.name
            for one in evidence.project.models
            if one.name == model
            for relation in one.relationships
        ]
        return _with_name(evidence, cause, name, known)
    if cause.name == "column-type-unknown":
        return _as_json(evidence, cause)
    if cause.name == "relationship-foreign-key":
        return _key_of_nothing(evidence, cause)
    if cause.name == "foreign-key-table":
        table = cause.text.split("names the table ", 1)[1].split(",", 1)[0]
        return _with_table(evidence, cause, table)
    if cause.name == "relationship-ambiguous":
        return replace(cause, repairs=_which_key(evidence, cause.text))
    if cause.name == "no-primary-key":
        return _keyed(evidence, cause)
    if cause.name == "table-twice":
        table = cause.text.split("the table ", 1)[1].split(" ", 1)[0]
        return replace(cause, repairs=_table_of_its_own(evidence, table))
    return cause


def _no_table(evidence: Evidence, cause: Cause, name: str) -> Cause | None:
    """Return the cause where the class that a relationship names is there, and no table."""
    for file, cls in evidence.sources.classes(name):
        bases = ast.unparse(cls).split(":", 1)[0]
        if any(
            one.arg == "table" for one in cls.keywords
        ) or "SQLModel" not in evidence.sources.text(file):
            continue
        text = evidence.sources.text(file)
        line = evidence.sources.line(Place(file, cls.lineno))
        if not cls.bases or not line.rstrip().endswith("):"):
            return None
        new = f"{line.rstrip()[:-2]}, table=True):"
        return replace(
            cause, name="model-without-table",
            text=f"{name} is no table: {bases} lacks table=True, so that relationships and queries do not know it",
            place=Place(file, cls.lineno), remedy=new.strip(),
            repairs=evidence.replaced(Place(file, cls.lineno), line, new) if text else (),
        )  # fmt: skip
    return None


def _key_of_nothing(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause where there is a foreign key, which names a table that no model has."""
    owner = (re.search(r"relationship (\w+)\.", cause.text) or [None, ""])[1]
    tables = {one.table for one in evidence.project.models}
    for model in evidence.project.models:
        for column in model.columns if model.name == owner or not owner else ():
            table = (column.foreign_key or "").rpartition(".")[0]
            if table and table not in tables and tables:
                text = f"the foreign key of {model.name}.{column.name} names the table {table}, and no model has it"
                remedy = "mend the name: it is the table's (__tablename__), not the class's"
                named = replace(cause, name="foreign-key-table", text=text, remedy=remedy)
                return _with_table(evidence, named, table)
    return cause


def _table_of_its_own(evidence: Evidence, table: str) -> tuple[Repair, ...]:
    """Return the repair that names the table of a class after it, where another class's name fits it."""
    models = [one for one in evidence.project.models if one.table == table]
    foreign = [one for one in models if table not in _tables_of(one.name)]
    if len(models) != 2 or len(foreign) != 1:
        return ()
    singular, plural = _tables_of(foreign[0].name)
    own = singular if table in [_tables_of(one.name)[0] for one in models] else plural
    if own in [one.table for one in evidence.project.models]:
        return ()
    for file, cls in evidence.sources.classes(foreign[0].name):
        for node in cls.body if file == foreign[0].file else ():
            if isinstance(node, ast.Assign) and last_name(node.targets[0]) == "__tablename__":
                return rewritten(evidence, file, [(node.value, f'"{own}"')])
    return ()


def _tables_of(name: str) -> tuple[str, str]:
    """Return what the table of a class is called, by the singular and by the plural."""
    words = names_of(name)
    return words.snake, words.plural_snake


def _with_table(evidence: Evidence, cause: Cause, table: str) -> Cause:
    """Return the cause at the line that names the table, mended where another one is near."""
    tables = [one.table for one in evidence.project.models]
    near = next(iter(get_close_matches(table, tables, 1, 0.7)), "")
    for model in evidence.project.models:
        for number, line in enumerate(evidence.sources.text(model.file).splitlines(), 1):
            if re.search(rf"[\"']{re.escape(table)}\.", line):
                place = Place(model.file, number)
                repairs = evidence.replaced(place, f"{table}.", f"{near}.") if near else ()
                return replace(cause, place=place, repairs=repairs)
    return cause


def _which_key(evidence: Evidence, text: str) -> tuple[Repair, ...]:
    """Return the repair that says by which foreign key both sides of a relationship go.

    It is the one that is called like the relationship to the other row: author, author_id.
    """
    told = re.search(r"relationship (\w+)\.(\w+)", text)
    models = {one.name: one for one in evidence.project.models}
    model = models.get(told[1]) if told else None
    one = (
        next((r for r in model.relationships if told and r.name == told[2]), None)
        if model
        else None
    )
    other = models.get(one.target) if one else None
    if model is None or one is None or other is None or model.file != other.file:
        return ()
    sides = [
        (model, one.name),
        *((other, r.name) for r in other.relationships if r.target == model.name),
    ]
    keys = [
        (holder.name, column.name)
        for holder, name in sides for column in holder.columns
        if column.foreign_key and column.name == f"{name}_id"
    ]  # fmt: skip
    calls = [call for holder, name in sides for call in _relation(evidence, holder, name)]
    if len(keys) != 1 or len(calls) != len(sides):
        return ()
    word = f'"{keys[0][0]}.{keys[0][1]}"'
    changes: list[tuple[ast.expr, str]] = []
    for call in calls:
        written = segment(evidence, model.file, call)
        key = "foreign_keys=" + word
        if called(call) == "Relationship":
            key = f'sa_relationship_kwargs={{"foreign_keys": {word}}}'
        comma = "" if written.endswith("()") else ", "
        changes.append((call, f"{written[:-1].rstrip().rstrip(',')}{comma}{key})"))
    return rewritten(evidence, model.file, changes)


def _relation(evidence: Evidence, model: Model, name: str) -> list[ast.Call]:
    """Return the call that declares a relationship of a model."""
    return [
        node.value
        for file, cls in evidence.sources.classes(model.name) if file == model.file
        for node in cls.body
        if isinstance(node, ast.AnnAssign) and last_name(node.target) == name
        and isinstance(node.value, ast.Call)
        and not any(one.arg in ("foreign_keys", "sa_relationship_kwargs") for one in node.value.keywords)
    ]  # fmt: skip


def _keyed(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause at the class, with the repair that makes its `id` the primary key."""
    name = cause.text.removeprefix("the table of ").split(" ", 1)[0]
    for file, cls in evidence.sources.classes(name):
        placed = replace(cause, place=Place(file, cls.lineno))
        for node in cls.body:
            if not isinstance(node, ast.AnnAssign) or last_name(node.target) != "id":
                continue
            value = node.value
            if isinstance(value, ast.Call):
                return replace(
                    placed, repairs=with_argument(evidence, file, value, "primary_key=True")
                )
            default = f"default={segment(evidence, file, value)}, " if value else ""
            written = f"Field({default}primary_key=True)"
            old = value or node.annotation
            new = written if value else f"{segment(evidence, file, old)} = {written}"
            return replace(
                placed,
                repairs=rewritten(evidence, file, [(old, new)], {"sqlmodel": {"Field"}})
                if any(one.arg == "table" for one in cls.keywords)
                else (),
            )
        return placed
    return cause


_JSON = re.compile(r"(?:typing\.)?(?:dict|Dict|list|List|set|Any)\b")


def _as_json(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause at the field that is no column, with the repair that stores it as JSON."""
    for file in evidence.sources.own:
        for cls in evidence.sources.nodes(file):
            is_table = isinstance(cls, ast.ClassDef) and any(
                one.arg == "table" for one in cls.keywords
            )
            for node in cls.body if is_table and isinstance(cls, ast.ClassDef) else ():
                if not isinstance(node, ast.AnnAssign) or not _JSON.match(
                    ast.unparse(node.annotation)
                ):
                    continue
                value = ast.unparse(node.value) if node.value else ""
                if re.search(r"Relationship\(|sa_type|sa_column|ClassVar", value):
                    continue
                place = Place(file, node.lineno)
                return replace(cause, place=place, repairs=_stored(evidence, file, node))
    return cause


def _stored(evidence: Evidence, file: str, node: ast.AnnAssign) -> tuple[Repair, ...]:
    imports = {"sqlalchemy": {"JSON"}, "sqlmodel": {"Field"}}
    value = node.value
    if isinstance(value, ast.Call) and called(value) == "Field":
        return with_argument(evidence, file, value, "sa_type=JSON", imports)
    if value is None:
        written = segment(evidence, file, node.annotation)
        return rewritten(
            evidence, file, [(node.annotation, f"{written} = Field(sa_type=JSON)")], imports
        )
    kind = "dict" if isinstance(value, ast.Dict) else "list" if isinstance(value, ast.List) else ""
    default = f"default_factory={kind}" if kind else f"default={segment(evidence, file, value)}"
    return rewritten(evidence, file, [(value, f"Field({default}, sa_type=JSON)")], imports)


def _with_name(evidence: Evidence, cause: Cause, name: str, known: list[str]) -> Cause:
    place = _line_with(evidence, name)
    if place is None:
        return cause
    near = next(iter(get_close_matches(name, known, 1, 0.7)), "")
    repairs: tuple[Repair, ...] = ()
    if near and name not in known:
        repairs = evidence.replaced(place, name, near)
    return replace(cause, place=place, repairs=repairs)


def _line_with(evidence: Evidence, name: str) -> Place | None:
    """Return the line of a model that names something in quotes."""
    for model in evidence.project.models:
        for number, line in enumerate(evidence.sources.text(model.file).splitlines(), 1):
            if f'"{name}"' in line or f"'{name}'" in line or f'"{name}' in line:
                return Place(model.file, number)
    return None
