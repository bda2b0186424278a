"""What carrying must know of the exemplar and of the resource to be made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.project.types import Column, Model, Project, Relationship
from backwright.spec.types import FieldSpec, Kind, ResourceSpec
from backwright.transfer.carry import Facts, OldField, Parent
from backwright.transfer.dialect import Dialect, Home
from backwright.transfer.example.chain import Chain, Part, read_chain
from backwright.transfer.example.modules import Modules, is_test
from backwright.transfer.example.naming import Naming
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.example.scoping import holes, is_scoped
from backwright.transfer.model import enum_class, link_class
from backwright.workshop.settings import tables

_CAUGHT = re.compile(r"IntegrityError|SQLAlchemyError|DBAPIError|\bException\b")
# What a column's type says of its kind, as it is written; the first that fits.
_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"uuid|guid", "uuid"),
    (r"enum|literal", "enum"),
    (r"json|dict|array|\blist\b", "json"),
    (r"datetime\.date\b", "date"),  # of the module
    (r"datetime|timestamp", "datetime"),
    (r"\bdate\b", "date"),
    (r"bool", "bool"),
    (r"decimal|numeric|money", "decimal"),
    (r"float|double|real", "float"),
    (r"email", "email"),
    (r"url", "url"),
    (r"text", "text"),
    (r"int", "int"),
    (r"str|char", "str"),
)


@dataclass(frozen=True, eq=False)
class Learning:
    """Who is learnt from, in which dialect, and how everything is called."""

    owners: Ownership
    chain: Chain
    dialect: Dialect
    naming: Naming
    spec: ResourceSpec

    @property
    def project(self) -> Project:
        """The host."""
        return self.owners.project

    @property
    def model_class(self) -> str:
        """The name of the new model's class."""
        return self.naming.plain.identifier(self.chain.model.name)

    @property
    def model_part(self) -> Part:
        """The part that holds the exemplar's model."""
        return next(p for p in self.chain.parts if p.path == self.chain.model.file)

    def home(self) -> Home:
        """Return where the new model and its schemas are to stand."""
        file = self.naming.path_of(self.model_part)
        places = {s.file for s in self.project.schemas if s.model == self.chain.model.name}
        schemas = [p for p in self.chain.parts if p.path in places]
        return Home(
            model=self.model_class,
            table=self.naming.table,
            module=_module(self.dialect.partners[self.chain.model.name].module, file),
            file=file,
            schema_file=self.naming.path_of(schemas[0]) if schemas else "",
            owned=self.dialect.owner is not None,
            fields=self.spec.fields,
            refers=self._refers(),
        )

    def _refers(self) -> frozenset[str]:
        """Return the models that the table is joined with already, where it is the exemplar's own."""
        model = self.chain.model
        if self.model_class != model.name:
            return frozenset()
        keys, models = _tables_of(model), self.project.models
        return frozenset(m.name for m in models if m.table in keys or model.table in _tables_of(m))


def _tables_of(model: Model) -> set[str]:
    """Return the tables that a model refers to."""
    return {c.foreign_key.rpartition(".")[0] for c in model.columns if c.foreign_key}


def _module(old: str, file: str) -> str:
    """Return the dotted name of a file as deep as that of the exemplar's module."""
    parts = file.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join(parts[-len(old.split(".")) :])


def facts(learning: Learning) -> Facts:
    """Return the facts that the carrying of code needs."""
    chain, dialect = learning.chain, learning.dialect
    modules = learning.owners.modules
    structure = set(dialect.structure)
    relations = chain.model.relationships
    to_owner = {r.name for r in relations if _leads_by(r, chain.model, structure, learning.project)}
    return Facts(
        renaming=learning.naming.renaming,
        old=chain.names,
        new=learning.spec.names,
        fields=tuple(_fields(learning, structure, to_owner)),
        new_fields=learning.spec.fields,
        structural=frozenset(structure | to_owner),
        others=tuple(n for m, n in learning.owners.nouns.names.items() if m != chain.model.name),
        parents=tuple(_parents(learning)),
        owner=dialect.owner,
        known=dict(_classes(learning.owners.modules)),
        account=learning.project.auth.user_model,
        model=chain.model.name,
        asynchronous=dialect.asynchronous,
        commits=_commits(modules),
        typed="mypy" in tables(modules.draft.root),
        distinct=any(".unique()" in modules.text(p) for p in modules.paths if not is_test(p)),
        guarded=frozenset(_guarded(modules)),
        made=frozenset(_made(learning)),
        home=(learning.home().module, learning.model_class),
        key=dialect.key.key,
        pydantic=dialect.schema.pydantic,
        tests=tuple((p, modules.text(p)) for p in modules.paths if is_test(p)),
    )


def _made(learning: Learning) -> Iterator[str]:
    """Yield the classes that the new fields bring along: those of links and of choices."""
    names = learning.spec.names
    for field in learning.spec.fields:
        if field.kind == "many":
            yield link_class(names, field) + learning.dialect.link.suffix
        elif field.kind == "enum":
            yield enum_class(names, field)


def _guarded(modules: Modules) -> Iterator[str]:
    """Yield the functions that catch the database's errors."""
    for path in modules.paths:
        if is_test(path) or "except" not in modules.text(path):
            continue
        for node in ast.walk(modules.tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                caught = [n.type for n in ast.walk(node) if isinstance(n, ast.ExceptHandler)]
                if any(c is None or _CAUGHT.search(ast.unparse(c)) for c in caught):
                    yield node.name


def _commits(modules: Modules) -> bool:
    """Tell whether some function that writes rows commits them itself."""
    for path in modules.paths:
        text = modules.text(path)
        if is_test(path) or ".commit()" not in text:
            continue
        for node in ast.walk(modules.tree(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            code = ast.get_source_segment(text, node) or ""
            if ".commit()" not in code or re.search(r"\byield\b", code):
                continue
            if re.search(r"\.(?:add|delete|merge|exec|execute)\(|\bsetattr\(", code):
                return True
    return False


def _classes(modules: Modules) -> Iterator[tuple[str, str]]:
    """Yield the project's classes, and the modules that they are imported from."""
    for path in modules.paths:
        for statement in modules.outline(path):
            if isinstance(statement.node, ast.ClassDef):
                yield statement.node.name, modules.name_of(path)


def _fields(learning: Learning, structure: set[str], to_owner: set[str]) -> Iterator[OldField]:
    model, project = learning.chain.model, learning.project
    for column in model.columns:
        if column.name in structure:
            continue
        target = _target(column, project)
        yield OldField(
            name=column.name,
            kind="ref" if target else _kind(column.type),
            nullable=column.nullable,
            unique=column.unique,
            default=_has_default(learning, column),
            target=target,
            relationship=_relationship_of(column, model, project),
            enum=_enum(learning, column),
        )
    by_column = {_relationship_of(c, model, project) for c in model.columns}
    for relation in model.relationships:
        if relation.name in to_owner or relation.name in by_column:
            continue
        yield OldField(name=relation.name, kind="many", nullable=True, target=relation.target)
    known = {r.name for r in model.relationships} | set(_columns(learning)) | structure
    known |= {learning.chain.names.snake, learning.chain.names.plural_snake}  # the rows themselves
    yield from (OldField(n, nullable=True) for n in _only_sent(learning) if n not in known)


def _columns(learning: Learning) -> Iterator[str]:
    """Yield the exemplar's columns, as the table and as the class call them."""
    yield from (c.name for c in learning.chain.model.columns)
    yield from (*learning.dialect.own, *learning.dialect.structure)


def _only_sent(learning: Learning) -> Iterator[str]:
    """Yield what clients send of the exemplar that is no column of it: a password.

    Schemas of links to it are not its own, and the id of a row is no field.
    """
    modules, model = learning.owners.modules, learning.chain.model.name
    own = learning.chain.defined
    sent = {
        (s.file, s.name)
        for s in learning.project.schemas
        if s.model == model and s.role in ("create", "update") and s.file in modules.paths
        if s.name in own
    }
    found: dict[str, None] = {}
    for path, name in sorted(sent):
        for statement in modules.outline(path):
            if name in statement.names and isinstance(statement.node, ast.ClassDef):
                fields = (n for n in statement.node.body if isinstance(n, ast.AnnAssign))
                found |= {n.target.id: None for n in fields if isinstance(n.target, ast.Name)}
    yield from (name for name in found if not re.search(r"(?:^|_)ids?$", name))


def _kind(written: str) -> Kind | None:
    lowered = written.lower()
    return next((kind for pattern, kind in _KINDS if re.search(pattern, lowered)), None)


def _target(column: Column, project: Project) -> str | None:
    if not column.foreign_key:
        return None
    table = column.foreign_key.rpartition(".")[0]
    return next((m.name for m in project.models if m.table == table), None)


def _relationship_of(column: Column, model: Model, project: Project) -> str | None:
    """Return the relationship that a reference's column carries."""
    target = _target(column, project)
    fitting = [r for r in model.relationships if r.target == target and r.kind.endswith("-to-one")]
    stem = re.sub(r"_?(id|uuid|fk)$", "", column.name)
    named = [r for r in fitting if r.name == stem]
    found = named or (fitting if len(fitting) == 1 else [])
    return found[0].name if target and found else None


def _leads_by(relation: Relationship, model: Model, structure: set[str], project: Project) -> bool:
    """Tell whether a relationship is carried by a column that stays."""
    columns = [c for c in model.columns if c.name in structure]
    return any(_relationship_of(c, model, project) == relation.name for c in columns)


def _has_default(learning: Learning, column: Column) -> bool:
    """Tell whether a column's declaration gives it a default, by its line."""
    modules = learning.owners.modules
    if column.file not in modules.paths:
        return False
    for node in ast.walk(modules.tree(column.file)):
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.lineno == column.line:
            value = node.value
            if isinstance(value, ast.Call):
                words = {k.arg or "" for k in value.keywords}
                first = value.args[0] if value.args else None
                plain = isinstance(first, ast.Constant) and first.value is not Ellipsis
                by_place = plain and ast.unparse(value.func) == "Field"
                return by_place or any("default" in w for w in words)
            return value is not None
    return False


def _enum(learning: Learning, column: Column) -> str | None:
    """Return the class of a column's values, where it is an enum of the project."""
    words = set(re.findall(r"\w+", column.type))
    for path in learning.owners.modules.paths:
        for statement in learning.owners.modules.outline(path):
            node = statement.node
            if not isinstance(node, ast.ClassDef) or node.name not in words:
                continue
            if any("Enum" in ast.unparse(base) for base in node.bases):
                return node.name
    return None


def _parents(learning: Learning) -> Iterator[Parent]:
    for field in learning.spec.fields:
        partner = learning.dialect.partner(field.target) if field.target else None
        if partner:
            imports = frozenset({(partner.module, partner.model)})
            yield Parent(
                partner.model,
                partner.names,
                partner.key,
                partner.owner,
                imports,
                _required(learning, partner.model),
                _is_private(learning, partner.model),
            )


def _is_private(learning: Learning, target: str) -> bool:
    """Tell whether only its owner may use a row: by its endpoints, else as the exemplar's are."""
    model = next((m for m in learning.project.models if m.name == target), None)
    if model is None:
        return False
    chain = read_chain(learning.owners, model)
    shown = chain if chain.endpoints else learning.chain
    return is_scoped(shown) or bool(holes(shown))


def _required(learning: Learning, target: str) -> tuple[FieldSpec, ...] | None:
    """Return the columns that a row of a model must be given; None where one has no plain sample."""
    model = next((m for m in learning.project.models if m.name == target), None)
    if model is None:
        return None
    owner = model.owner.column if model.owner else None
    found = []
    for column in model.columns:
        if column.nullable or column.primary_key or column.name == owner:
            continue
        if _has_default(learning, column):
            continue
        kind = _kind(column.type)
        if column.foreign_key or kind is None or kind == "enum":
            return None
        found.append(FieldSpec(column.name, kind, word=""))
    return tuple(found)
