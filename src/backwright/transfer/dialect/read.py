"""Reading a host's dialect: each habit from its own code, the exemplar first."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from backwright.project.apps import is_test
from backwright.project.types import Column, Model, Project
from backwright.spec.names import names_of, singularize, split_words
from backwright.transfer.dialect.columns import (
    ColumnCode,
    Sources,
    columns_of,
    imported_as,
    last_word,
    majority,
)
from backwright.transfer.dialect.facts import Dialect, KeyKind, Partner
from backwright.transfer.dialect.read_models import (
    optional_form,
    orm_of,
    read_model_habits,
    stem_of,
)
from backwright.transfer.dialect.read_relations import (
    read_enum_habit,
    read_link_habit,
    read_relation_habit,
    sqlmodel_of,
)
from backwright.transfer.dialect.read_schemas import places_of_bases, read_schema_habits
from backwright.transfer.dialect.structure import (
    is_link,
    owner_column,
    structural,
    switched_off,
)
from backwright.transfer.draft import Draft

_DATACLASS = ("mapped_as_dataclass", "MappedAsDataclass")


def read_dialect(
    project: Project, host: Draft, exemplar: Model, installed: Mapping[str, str]
) -> Dialect:
    """Read the dialect of a host.

    Args:
        project: what is known of it.
        host: its files.
        exemplar: the model whose ways come first; any model will do.
        installed: the distributions in its environment and their versions, {} if none is known.
    """
    sources = Sources(host)
    columns = columns_of(sources, exemplar)
    others = [m for m in project.models if m is not exemplar and not is_link(m)]
    rest = [c for m in others for c in columns_of(sources, m)]
    sqlmodel = sqlmodel_of(sources, exemplar)
    orm = orm_of(columns, sqlmodel)
    structure = structural(project, exemplar, places_of_bases(sources, project, exemplar))
    structure |= {c.fact.name for c in columns if c.inherited and _is_abstract(sources, c)}
    structure |= switched_off(exemplar, (tree for _, tree in sources.modules()))
    called = {c.name: c.name for c in exemplar.columns}
    called |= {c.fact.name: c.attribute for c in columns}
    # a link that is itself what is learnt from is a resource like any other
    models = project.models
    kept = [m for m in models if m is exemplar or not is_link(m) or _is_referred_to(m, models)]
    partners = {m.name: partner_of(sources, m) for m in kept}
    said = (project.database.driver or "") if project.database else ""
    driver = said or _installed_driver(installed)
    habits = read_model_habits(sources, sources.words(exemplar.file), columns, rest)
    owner = owner_column(exemplar)
    dialect = Dialect(
        orm=orm,
        exemplar=exemplar.name,
        structure=tuple(called[c.name] for c in exemplar.columns if c.name in structure),
        own=tuple(called[c.name] for c in exemplar.columns if c.name not in structure),
        owner=called.get(owner, owner) if owner else None,
        owner_model=exemplar.owner.user if owner and exemplar.owner else None,
        key=partner_of(sources, exemplar),
        partners=partners,
        model=replace(habits, sized=True) if "mysql" in driver else habits,
        schema=read_schema_habits(sources, project, exemplar, installed, sqlmodel=sqlmodel),
        enum=read_enum_habit(
            sources,
            [*columns, *rest],
            [m.file for m in project.models],
            python_of(project, installed),
        ),
        link=read_link_habit(sources, project, exemplar, orm),
        relative=_is_relative(sources, exemplar),
        relation=read_relation_habit(sources, project, exemplar, python_of(project, installed)),
        dataclass=_is_dataclass(sources, exemplar),
        quote="'" if majority(_quotes(sources, exemplar), '"') == "'" else '"',
        zoned=_zoned([*columns, *rest], habits.implied.get("datetime")),
        postgres="postgres" in driver and not _is_tested_on_sqlite(host),
        asynchronous=bool(project.database and project.database.is_async),
        driver=driver,
        python=python_of(project, installed),
        versions=dict(installed),
    )
    return _for_python(dialect)


def _is_referred_to(model: Model, models: Iterable[Model]) -> bool:
    """Tell whether other tables refer to a table, as nothing does to one that only links."""
    columns = (c for m in models if m is not model for c in m.columns)
    return any((c.foreign_key or "").startswith(f"{model.table}.") for c in columns)


def _for_python(dialect: Dialect) -> Dialect:
    """Write "may be None" as the host's Python evaluates it: `X | None` only since 3.10."""
    if not dialect.python or dialect.python >= (3, 10):
        return dialect
    model = replace(dialect.model, optional="Optional[X]")
    return replace(dialect, model=model, schema=replace(dialect.schema, optional="Optional[X]"))


def _is_tested_on_sqlite(host: Draft) -> bool:
    """Tell whether the host's tests make its tables in SQLite, which knows no type of PostgreSQL's."""
    return any("sqlite" in host.text(path) for path in host.modules() if is_test(path))


def _installed_driver(installed: Mapping[str, str]) -> str:
    """Return the driver of a database whose address nothing in the code says, if there is but one."""
    others = {"psycopg", "psycopg2", "psycopg2-binary", "pg8000"} & set(installed)
    return "postgresql+asyncpg" if "asyncpg" in installed and not others else ""


def python_of(project: Project, installed: Mapping[str, str]) -> tuple[int, ...]:
    """Return the oldest Python that a project runs on, nothing where it is not known.

    That is what it says, or the interpreter of its environment where that is older still.
    """
    said = (project.python_version, installed.get("python"))
    found = (re.search(r"(\d+)\.(\d+)", text or "") for text in said)
    return min(((int(one[1]), int(one[2])) for one in found if one), default=())


def partner_of(sources: Sources, model: Model) -> Partner:
    """Return a model as one that others refer to."""
    keys = [c for c in model.columns if c.primary_key]
    plain = [c for c in keys if not c.foreign_key] or keys
    key = next((c for c in plain if c.name == "id"), plain[0] if plain else None)
    code = next((c for c in columns_of(sources, model) if key and c.fact.name == key.name), None)
    return Partner(
        model=model.name,
        names=names_of(stem_of(model.name)),
        table=model.table,
        key=code.attribute if code else (key.name if key else "id"),
        key_kind=_key_kind(key),
        key_type=code.sql_type if code else None,
        file=model.file,
        module=imported_as(sources, model.file, {model.name}),
        attributes=frozenset(
            [*(c.name for c in model.columns), *(r.name for r in model.relationships)]
        ),
        owner=owner_column(model),
        key_may_be_none=bool(code and code.annotation and optional_form(code.annotation)),
    )


def _key_kind(key: Column | None) -> KeyKind:
    shown = key.type if key else "int"
    if re.search(r"uuid|guid", shown, re.IGNORECASE):
        return "uuid"
    return "int" if re.search(r"int|serial|identity", shown, re.IGNORECASE) else "str"


def _is_abstract(sources: Sources, column: ColumnCode) -> bool:
    """Tell whether a column stands in a class that has no table, for whoever inherits it."""
    cls = sources.enclosing(column.fact.file, column.fact.line)
    said = [ast.unparse(n) for n in cls.body if isinstance(n, ast.Assign)] if cls else []
    return "__abstract__ = True" in said


def _is_dataclass(sources: Sources, model: Model) -> bool:
    """Tell whether the class is a dataclass: itself decorated, or a base (two steps up) is."""
    cls = sources.class_at(model.file, model.line)
    return cls is not None and _dataclass_like(sources, cls, depth=3)


def _dataclass_like(sources: Sources, cls: ast.ClassDef, depth: int) -> bool:
    words = [last_word(d) for d in cls.decorator_list] + [last_word(b) for b in cls.bases]
    if any(w in _DATACLASS for w in words):
        return True
    if depth == 0:
        return False
    names = {last_word(b) for b in cls.bases}
    for _, tree in sources.modules():
        for node in tree.body:
            if not isinstance(node, ast.ClassDef) or node.name not in names or node is cls:
                continue
            if _dataclass_like(sources, node, depth - 1):
                return True
    return False


def _is_relative(sources: Sources, model: Model) -> bool:
    """Tell whether the exemplar's module imports its neighbors by dots."""
    tree = sources.tree(model.file)
    levels = [n.level for n in (tree.body if tree else ()) if isinstance(n, ast.ImportFrom)]
    return any(levels)


def _quotes(sources: Sources, model: Model) -> list[str]:
    try:
        text = sources.host.text(model.file)
    except (OSError, UnicodeError):
        return []
    plain = re.sub(r"\"\"\".*?\"\"\"|'''.*?'''|#[^\n]*", "", text, flags=re.DOTALL)
    return [match[0] for match in re.findall(r"'[^'\"\n]*'|\"[^'\"\n]*\"", plain)]


def _zoned(columns: list[ColumnCode], implied: str | None) -> bool:
    """Tell whether times are kept with a time zone; `implied` is what the base gives to all."""
    votes = []
    for column in columns:
        if column.kind == "datetime":
            shown = ast.unparse(column.type_node) if column.type_node else (implied or "")
            naive = not re.search(r"timezone\s*=\s*True|TimeZone|timezone|UTC|TIMESTAMPTZ", shown)
            votes.append("naive" if naive else "zoned")
    return majority(votes, "zoned") == "zoned"


def table_name(dialect: Dialect, model: Model, name: str) -> str:
    """Return the table of a new resource, named as the exemplar's is."""
    old, new = dialect.key.names, names_of(name)
    table = model.table.rpartition(".")[2]
    pairs = (
        (old.plural_snake, new.plural_snake),
        (old.snake, new.snake),
        (old.plural_snake.replace("_", ""), new.plural_snake.replace("_", "")),
        (old.snake.replace("_", ""), new.snake.replace("_", "")),
        (old.plural_pascal, new.plural_pascal),
        (old.pascal, new.pascal),
        (model.name.lower(), name.lower()),
    )
    for before, after in pairs:
        if table == before:
            return after
        if table.endswith(f"_{before}") or table.startswith(f"{before}_"):
            return table.replace(before, after)
    plural = singularize(split_words(table)[-1]) is not None if split_words(table) else False
    return new.plural_snake if plural else new.snake
