"""Reading how relationships, link tables and choices are declared."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from backwright.project.types import Model, Project
from backwright.source.outline import first_line
from backwright.transfer.dialect.columns import (
    ColumnCode,
    Sources,
    imported_as,
    keyword,
    last_word,
    majority,
)
from backwright.transfer.dialect.facts import (
    EnumForm,
    EnumHabit,
    LinkHabit,
    Orm,
    RelationHabit,
    SqlType,
)
from backwright.transfer.dialect.read_models import optional_form
from backwright.transfer.dialect.spelling import meant
from backwright.transfer.dialect.structure import is_link

_CALLS = ("relationship", "Relationship")
_SUFFIXES = ("Link", "Association", "Assoc", "Map", "Through", "Relation", "Join")
_ENUMS = ("Enum", "StrEnum", "IntEnum", "TextChoices")


@dataclass(frozen=True)
class RelationCode:
    """A relationship as it is written."""

    model: str
    name: str
    annotation: ast.expr | None
    call: ast.Call


def relations_of(sources: Sources, model: Model) -> list[RelationCode]:
    """Return the relationships in a model's own class."""
    cls = sources.class_at(model.file, model.line)
    found = []
    for node in cls.body if cls else ():
        if not isinstance(node, ast.AnnAssign | ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if last_word(node.value) in _CALLS and isinstance(target, ast.Name):
            annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
            found.append(RelationCode(model.name, target.id, annotation, node.value))
    return found


def read_relation_habit(
    sources: Sources, project: Project, exemplar: Model, python: tuple[int, ...]
) -> RelationHabit | None:
    """Return how relationships are declared; None where foreign keys stand without any."""
    own = relations_of(sources, exemplar)
    if not own and any(c.foreign_key for c in exemplar.columns):
        return None
    others = [r for m in project.models if m is not exemplar for r in relations_of(sources, m)]
    found = own or others
    if not found:
        keys = any(c.foreign_key for m in project.models for c in m.columns)
        return None if keys else _usual()
    habit = _relation_habit(found, [*own, *others], _typing_only(sources, exemplar))
    return replace(habit, late=python >= (3, 14), postponed=frozenset(_postponed(sources, project)))


def _postponed(sources: Sources, project: Project) -> Iterator[str]:
    """Yield the models' files whose annotations are read late."""
    for file in {model.file for model in project.models}:
        tree = sources.tree(file)
        for node in tree.body if tree else ():
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                yield file


def _usual() -> RelationHabit:
    return RelationHabit(
        pair="back_populates",
        annotated=True,
        target="none",
        quoted=True,
        lazy=None,
        list_type="list",
        typing_only=True,
    )


def _relation_habit(
    found: Sequence[RelationCode],
    everything: Sequence[RelationCode],
    typing_only: bool,  # noqa: FBT001
) -> RelationHabit:
    pairs = majority([_pair(r.call) for r in found], "back_populates")
    annotated = [r for r in found if r.annotation is not None]
    lazies = [_lazy(r.call) for r in everything]
    lists = [name for r in everything if r.annotation for name in _list_names(r.annotation)]
    lazy = majority(lazies, "")
    return RelationHabit(
        pair="backref"
        if pairs == "backref"
        else "single"
        if pairs == "single"
        else "back_populates",
        annotated=len(annotated) * 2 >= len(found),
        target=_target(found),
        quoted=any(_is_quoted(r.annotation) for r in annotated) or not annotated,
        lazy=lazy or None,
        list_type=majority(lists, "list"),
        typing_only=typing_only,
    )


def _pair(call: ast.Call) -> str:
    for name in ("back_populates", "backref"):
        if keyword(call, name) is not None:
            return name
    kwargs = keyword(call, "sa_relationship_kwargs")
    inner = ast.unparse(kwargs) if kwargs else ""
    return "backref" if "backref" in inner else "single"


def _lazy(call: ast.Call) -> str:
    found = keyword(call, "lazy")
    kwargs = keyword(call, "sa_relationship_kwargs")
    if isinstance(kwargs, ast.Dict):
        for key, value in zip(kwargs.keys, kwargs.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "lazy":
                found = value
    return str(found.value) if isinstance(found, ast.Constant) else ""


def _list_names(annotation: ast.expr) -> list[str]:
    names = [last_word(n.value) for n in ast.walk(annotation) if isinstance(n, ast.Subscript)]
    return [n for n in names if n in ("list", "List")]


def _target(found: Sequence[RelationCode]) -> Literal["string", "class", "none"]:
    votes: list[str] = []
    for relation in found:
        first = relation.call.args[0] if relation.call.args else None
        is_text = isinstance(first, ast.Constant)
        votes.append("none" if first is None else "string" if is_text else "class")
    chosen = majority(votes, "none")
    return "string" if chosen == "string" else "class" if chosen == "class" else "none"


def _is_quoted(annotation: ast.expr | None) -> bool:
    if annotation is None:
        return False
    return any(
        isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(annotation)
    )


def _typing_only(sources: Sources, exemplar: Model) -> bool:
    """Tell whether models import one another for type checkers only."""
    for file in dict.fromkeys([exemplar.file]):
        tree = sources.tree(file)
        for node in tree.body if tree else ():
            if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
                return True
    return False


def read_link_habit(sources: Sources, project: Project, exemplar: Model, orm: Orm) -> LinkHabit:
    """Return how link tables are made, from the project's own; else as is usual for its ORM."""
    base, imports = _base(sources, exemplar, orm)
    said = sources.class_at(exemplar.file, exemplar.line)
    remark = remark_of(sources.host.text(exemplar.file), said) if said and orm == "sqlmodel" else ""
    for model in project.models:
        if not is_link(model):
            continue
        cls = sources.class_at(model.file, model.line)
        if cls is None:
            return LinkHabit("table", base, imports)
        remark = remark_of(sources.host.text(model.file), cls)
        suffix = next((s for s in _SUFFIXES if cls.name.endswith(s)), "")
        fields = [n for n in cls.body if isinstance(n, ast.AnnAssign)]
        optional = bool(fields) and all(optional_form(n.annotation) for n in fields)
        named = any("__tablename__" in ast.unparse(n) for n in cls.body)
        named = named or orm != "sqlmodel"
        return LinkHabit("class", base, imports, suffix, named, optional, remark)
    form: Literal["class", "table"] = "class" if orm == "sqlmodel" else "table"
    return LinkHabit(form, base, imports, remark=remark)


def remark_of(code: str, cls: ast.ClassDef) -> str:
    """Return what the head of a class says to tools: `  # type: ignore[call-arg]`."""
    head = "\n".join(code.splitlines()[cls.lineno - 1 : first_line(cls.body[0]) - 1])
    found = re.search(r":(\s*#\s*(?:type:|noqa|pyright:|pylint:|mypy:).*)$", head)
    return found[1].rstrip() if found else ""


def _base(sources: Sources, exemplar: Model, orm: Orm) -> tuple[str, frozenset[tuple[str, str]]]:
    """Return the declarative base as the exemplar's module calls it, and its import."""
    words = sources.words(exemplar.file)
    if orm == "sqlmodel":
        name, imports = words.spell("sqlmodel", "SQLModel")
        return name, frozenset(imports)
    cls = sources.class_at(exemplar.file, exemplar.line)
    bases = [ast.unparse(b) for b in cls.bases] if cls else []
    likely = [b for b in bases if "base" in b.lower() and "mixin" not in b.lower()] or bases
    base = (likely or _registries(cls) or ["Base"])[0]
    first = base.partition(".")[0]
    known = dict(words.names.values())
    return base, frozenset({known[first]} if first in known else set())


def _registries(cls: ast.ClassDef | None) -> list[str]:
    """Return the registry that a class without a base is given to: `@mapped_as_dataclass(registry)`."""
    found = []
    for decorator in cls.decorator_list if cls else ():
        if isinstance(decorator, ast.Call) and decorator.args:
            found.append(ast.unparse(decorator.args[0]))
        elif isinstance(decorator, ast.Attribute) and decorator.attr.startswith("mapped"):
            found.append(ast.unparse(decorator.value))
    return found


def read_enum_habit(
    sources: Sources,
    columns: Iterable[ColumnCode],
    models: Iterable[str],
    python: tuple[int, ...],
) -> EnumHabit:
    """Return how choices are declared: by the enum columns, else by the project's enum classes."""
    columns = list(columns)
    classes = _enum_classes(sources)
    enums = [c for c in columns if c.kind == "enum" or c.fact.type in classes]
    used = [classes[n] for c in enums for n in _named_in(c) if n in classes]
    form, upper = _form([cls for _, cls in used] or [c for _, c in classes.values()])
    if not classes and python >= (3, 11):
        form = "StrEnum"
    literal = [c for c in columns if c.annotation and "Literal[" in ast.unparse(c.annotation)]
    if literal and not used:
        form = "Literal"
    files = [file for file, _ in used]
    home = majority(files, "")
    home = "" if home in set(models) else home
    elsewhere = {f for f, _ in classes.values() if _is_enum_module(f)} - set(models)
    if not files and len(elsewhere) == 1:
        (home,) = elsewhere
    typed = [c for c in enums if isinstance(c.type_node, ast.Call)]
    return EnumHabit(
        form=form,
        upper=upper,
        column=_enum_type(typed),
        named=any(keyword(_as_call(c.type_node), "name") is not None for c in typed),
        by_value=any(keyword(_as_call(c.type_node), "values_callable") is not None for c in typed),
        home=home or None,
        home_module=imported_as(sources, home, classes) if home else None,
        words=sources.words(home) if home else None,
    )


def _as_call(node: ast.expr | None) -> ast.Call | None:
    return node if isinstance(node, ast.Call) else None


def _enum_type(typed: Sequence[ColumnCode]) -> SqlType | None:
    for column in typed:
        found = column.sql_type
        if found and found.module.startswith("sqlalchemy"):
            return SqlType(found.module, found.name)
    return None


def _enum_classes(sources: Sources) -> dict[str, tuple[str, ast.ClassDef]]:
    found: dict[str, tuple[str, ast.ClassDef]] = {}
    for file, tree in sources.modules():
        if "/versions/" in f"/{file}" or "test" in file.rpartition("/")[2]:
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and any(last_word(b) in _ENUMS for b in node.bases):
                found.setdefault(node.name, (file, node))
    return found


def _is_enum_module(file: str) -> bool:
    return "enum" in file.rpartition("/")[2]


def _named_in(column: ColumnCode) -> list[str]:
    nodes = [n for n in (column.annotation, column.node.value) if n is not None]
    return [n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)]


def _form(classes: Sequence[ast.ClassDef]) -> tuple[EnumForm, bool]:
    forms: list[str] = []
    cases: list[str] = []
    for cls in classes:
        bases = [last_word(b) for b in cls.bases]
        if "IntEnum" in bases:
            continue
        is_text = "StrEnum" in bases or "str" in bases
        forms.append("StrEnum" if "StrEnum" in bases else "str, Enum" if is_text else "Enum")
        members = [
            t.id
            for s in cls.body
            if isinstance(s, ast.Assign)
            for t in s.targets
            if isinstance(t, ast.Name)
        ]
        cases += ["upper" if m.isupper() else "lower" for m in members]
    form = majority(forms, "str, Enum")
    chosen: EnumForm = "StrEnum" if form == "StrEnum" else "Enum" if form == "Enum" else "str, Enum"
    return chosen, majority(cases, "upper") == "upper"


def sqlmodel_of(sources: Sources, model: Model) -> bool:
    """Tell whether a model is a table of SQLModel."""
    cls = sources.class_at(model.file, model.line)
    if cls is None:
        return False
    if any(k.arg == "table" for k in cls.keywords):
        return True
    return any(meant(b, sources.words(model.file)) == "sqlmodel.SQLModel" for b in cls.bases)
