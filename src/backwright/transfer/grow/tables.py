"""The model of a new resource: an example's structure, with the fields asked for in the slots."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from backwright.project.types import Model
from backwright.source.fallback import tree_of
from backwright.source.outline import imported_names, outline, used_names
from backwright.source.text import indent_by, lines_between
from backwright.spec.names import Names, article
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Import
from backwright.transfer.dialect import Bound, Dialect
from backwright.transfer.dialect.quotes import in_quotes
from backwright.transfer.dialect.read_relations import remark_of
from backwright.transfer.draft import Draft
from backwright.transfer.grow.fresh_keys import drawn_anew, drawn_key
from backwright.transfer.grow.sources import names_of_statement


@dataclass(frozen=True)
class Tables:
    """The classes of a new resource, in order, and what they must import."""

    code: str
    imports: frozenset[Import]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """The class whose structure is repeated: where it stands, and its source.

    `is_drawn` tells whether something draws the keys of its rows; else they are given.
    """

    draft: Draft
    model: Model
    node: ast.ClassDef
    is_drawn: bool = True

    @property
    def code(self) -> str:
        """The module that it stands in."""
        return self.draft.text(self.model.file)

    def statement(self, column: str) -> str | None:
        """Return the statement that declares a column in the class itself, not indented."""
        for node in self.node.body:
            if column in names_of_statement(node):
                return _dedented(self.code, node)
        return None


def find_example(draft: Draft, model: Model) -> Example:
    """Return the class of a model.

    Raises:
        LookupError: it does not stand where the model was read.
    """
    node = class_of(draft, model)
    if node is None:
        raise LookupError(f"{model.name} does not stand in {model.file}")
    return Example(draft, model, node)


def is_class(draft: Draft, model: Model) -> bool:
    """Tell whether a model is a class, and no `Table` that something else is mapped to."""
    return class_of(draft, model) is not None


def class_of(draft: Draft, model: Model) -> ast.ClassDef | None:
    """Return the class of a model, None where it is a `Table`."""
    for node in ast.walk(tree_of(draft.text(model.file))):
        if isinstance(node, ast.ClassDef) and node.name == model.name:
            return node
    return None


def write_tables(
    example: Example,
    dialect: Dialect,
    made: Bound,
    fields: Sequence[FieldSpec],
    *,
    base: str | None,
) -> Tables:
    """Return the model with its enums and link tables.

    Args:
        example: whose key, timestamps and base are repeated.
        dialect: how the host declares.
        made: the dialect's writers for the new resource.
        fields: the fields, the owner's reference among them.
        base: the base class, where the example's own bases bring columns of its own.
    """
    parts: list[str] = []
    imports: set[Import] = set()
    for field in fields:
        definition = made.link_definition(field) if field.kind == "many" else None
        definition = made.enum_definition(field) if field.kind == "enum" else definition
        if definition:
            parts.append(definition.code.rstrip("\n"))
            imports |= definition.imports
    body, needed, columns = _body(example, dialect, made, fields)
    remark = remark_of(example.code, example.node)
    header = f"class {made.home.model}({_bases(example, base)}):{remark}\n"
    parts.append(header + indent_by(body, "    ").rstrip("\n"))
    own = _imports_of(example, header + indent_by(body, "    "))
    if made.home.file != example.model.file:
        own |= _defined_beside(example, dialect, header + indent_by(body, "    "))
    return Tables("\n\n\n".join(parts) + "\n", frozenset(imports | needed | own), columns)


def _body(
    example: Example, dialect: Dialect, made: Bound, fields: Sequence[FieldSpec]
) -> tuple[str, set[Import], tuple[str, ...]]:
    head = _head(example, made)
    own = [name for name in dialect.structure if name != dialect.owner]
    key, imports = _keyed(example, dialect) if dialect.key.key in own else ("", set())
    stamps = [s for name in own if name != dialect.key.key and (s := example.statement(name))]
    declared = [made.model_column(field) for field in fields if field.kind != "many"]
    lines = [declaration.code for declaration in made.ordered(declared)]
    near = [
        side
        for field in fields
        if field.kind == "many" and (side := made.relationships(field).near)
    ]
    for declaration in (*declared, *near):
        imports |= declaration.imports
    ids = [made.ids_property(field) for field in fields if field.kind == "many"]
    for definition in ids:
        imports |= definition.imports
    sections = [
        head,
        "\n".join(line for line in (key, *lines, *stamps) if line),
        "\n".join(declaration.code for declaration in near),
        *(_dedent_all(definition.code) for definition in ids),
    ]
    columns = (*(f.column for f in fields), *own)
    return "\n\n".join(section.rstrip("\n") for section in sections if section), imports, columns


def _head(example: Example, made: Bound) -> str:
    """Return docstring and table name, as far as the example has them."""
    parts = []
    if ast.get_docstring(example.node):
        parts.append(f'"""{_sentence(made.names)}."""')
    for node in example.node.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "__tablename__":
            annotation = (
                f": {ast.unparse(node.annotation)}" if isinstance(node, ast.AnnAssign) else ""
            )
            table = in_quotes(f'"{made.home.table}"', made.dialect.quote)
            parts.append(f"__tablename__{annotation} = {table}")
    return "\n\n".join(parts)


def _sentence(names: Names) -> str:
    return f"{article(names.human).capitalize()} {names.human}"


def _keyed(example: Example, dialect: Dialect) -> tuple[str, set[Import]]:
    """Return the key's statement; a key that bears the example's own name is plain `id` here.

    That it is unique, too, is not repeated: Alembic writes no such constraint, and misses it then.
    """
    key = dialect.key.key
    said = example.statement(key)
    if said is None:
        return "", set()
    if not example.is_drawn:
        return drawn_key(said, dialect.key.key_kind, dialect.model.optional)
    if "primary_key=True" in said:
        said = re.sub(r"\bunique=True,\s*|,\s*unique=True\b", "", said)
    return f"id{drawn_anew(said).removeprefix(key)}", set()


def _bases(example: Example, base: str | None) -> str:
    keywords = [ast.unparse(keyword) for keyword in example.node.keywords]
    bases = [base] if base else [ast.unparse(node) for node in example.node.bases]
    return ", ".join([*bases, *keywords])


def _imports_of(example: Example, code: str) -> set[Import]:
    """Return what repeated code needs, from where the example's module has it."""
    tree = ast.parse(code)
    used = used_names(tree)
    found: set[Import] = set()
    for name, origin in imported_names(example.code).items():
        if name not in used:
            continue
        module, _, original = origin.rpartition(".")
        if original == name and module:
            found.add((module, name))
        elif module and origin != name:
            found.add((module, f"{original} as {name}") if module else (f"{origin} as {name}", ""))
        else:
            found.add((origin if origin == name else f"{origin} as {name}", ""))
    return found


def _defined_beside(example: Example, dialect: Dialect, code: str) -> set[Import]:
    """Return what repeated code needs that stands in the example's own module: `utc_now`."""
    used = used_names(ast.parse(code))
    known = dialect.partners.get(example.model.name)
    module = known.module if known else ""
    there = {name for statement in outline(example.code) for name in statement.names}
    return {(module, name) for name in there & used} if module else set()


def _dedented(code: str, node: ast.stmt) -> str:
    lines = lines_between(code, node.lineno, node.end_lineno or node.lineno).splitlines()
    margin = " " * node.col_offset
    return "\n".join(line.removeprefix(margin) for line in lines)


def _dedent_all(code: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in code.splitlines())
