"""A survey of the models of a project in the house style: what can be learnt from, referred to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.source.text import without_bom
from backwright.spec.names import Names, names_of, singularize
from backwright.transfer.draft import Draft

MODELS = "app/models.py"


@dataclass(frozen=True, slots=True)
class Table:
    """A model class: its attributes in order, and whether its rows belong to a user.

    `links` maps each many-to-many attribute to its link table's class, `references` each column
    that refers to another table to that table's name.
    """

    name: str
    table: str
    owned: bool
    is_link: bool
    is_resource: bool
    columns: tuple[str, ...]
    relationships: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    references: tuple[tuple[str, str], ...]
    line: int

    @property
    def names(self) -> Names:
        """The names of the resource that the table keeps."""
        return names_of(self.name)

    @property
    def data(self) -> tuple[str, ...]:
        """The names by which code speaks of its fields: columns, and `tag_ids` for each many."""
        manys = (f"{singularize(name) or name}_ids" for name, _ in self.links)
        return (*self.columns, *manys)


@dataclass(frozen=True, slots=True)
class Survey:
    """The tables of a project, and the names that its models module defines or imports."""

    tables: tuple[Table, ...]
    taken: frozenset[str]
    has_users: bool

    def table(self, name: str) -> Table | None:
        """Return the table of a model class, if there is one."""
        return next((t for t in self.tables if t.name == name), None)

    @property
    def resources(self) -> tuple[Table, ...]:
        """The tables that hold the project's own resources."""
        return tuple(t for t in self.tables if t.is_resource)


def survey(draft: Draft) -> Survey:
    """Read the models of a project.

    Raises:
        SyntaxError: the models cannot be read.
    """
    tree = ast.parse(without_bom(draft.text(MODELS)))
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    tables = tuple(_table(c) for c in classes if _is_table(c))
    taken = {c.name for c in classes}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            taken |= {a.asname or a.name for a in node.names}
        elif isinstance(node, ast.Assign):
            taken |= {t.id for t in node.targets if isinstance(t, ast.Name)}
    has_users = any(c.name == "OwnedTable" for c in classes)
    return Survey(tables, frozenset(taken), has_users)


def _is_table(node: ast.ClassDef) -> bool:
    return any(
        k.arg == "table" and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in node.keywords
    )


def _table(node: ast.ClassDef) -> Table:
    bases = {b.id for b in node.bases if isinstance(b, ast.Name)}
    fields = [
        f for f in node.body if isinstance(f, ast.AnnAssign) and isinstance(f.target, ast.Name)
    ]
    names = [(f, f.target.id) for f in fields if isinstance(f.target, ast.Name)]
    relationships = tuple(n for f, n in names if _calls(f, "Relationship"))
    return Table(
        name=node.name,
        table=_table_name(node),
        owned="OwnedTable" in bases,
        is_link="SQLModel" in bases,
        is_resource=bool(bases & {"OwnedTable", "SharedTable"}) and node.name != "User",
        columns=tuple(n for _, n in names if n not in relationships),
        relationships=relationships,
        links=tuple(
            (n, link)
            for f, n in names
            if (link := _link_model(f)) and link == _owning_link(node.name, n)
        ),
        references=tuple(_references(node)),
        line=node.lineno,
    )


def _references(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield the last column of each foreign key in `__table_args__`, and the table it leads to."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "ForeignKeyConstraint":
            columns, targets = (_texts(argument) for argument in call.args[:2])
            if columns and targets:
                yield columns[-1], targets[-1].rpartition(".")[0]


def _texts(node: ast.expr) -> list[str]:
    items = node.elts if isinstance(node, ast.List | ast.Tuple) else []
    return [str(item.value) for item in items if isinstance(item, ast.Constant)]


def _calls(field: ast.AnnAssign, function: str) -> bool:
    value = field.value
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == function
    )


def _owning_link(model: str, attribute: str) -> str:
    """The link class of the side that the ids are sent to: `TaskTag` for `tags` of Task."""
    word = singularize(attribute) or attribute
    return model + "".join(part.capitalize() for part in word.split("_"))


def _link_model(field: ast.AnnAssign) -> str | None:
    if not isinstance(field.value, ast.Call):
        return None
    for keyword in field.value.keywords:
        if keyword.arg == "link_model" and isinstance(keyword.value, ast.Name):
            return keyword.value.id
    return None


def _table_name(node: ast.ClassDef) -> str:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            targets = [t.id for t in statement.targets if isinstance(t, ast.Name)]
            if "__tablename__" in targets:
                return str(statement.value.value)
    return node.name.lower()
