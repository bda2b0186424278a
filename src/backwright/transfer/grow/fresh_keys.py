"""Keys of new tables are drawn for each row, also where the host's own are not.

Its own may be drawn once, or be given by who makes a row: nobody gives the key of an account.
"""

from __future__ import annotations

import ast
import re

from backwright.transfer.declaration import Import
from backwright.transfer.dialect.facts import KeyKind
from backwright.transfer.grow.sources import Sources, last_name, names_of_statement

_DRAWN = re.compile(r"(?i)uuid|ulid|nanoid|secrets\.|random")
# What a database draws, or what is called for each row as it stands.
_OF_ITS_OWN = ("text", "partial", "Sequence", "Identity")


_DRAWING = re.compile(r"default|Identity|Sequence|autoincrement|Computed")


def is_drawn(sources: Sources, path: str, statement: str) -> bool:
    """Tell whether something draws a key that is no number, rather than who makes a row.

    Args:
        sources: the host.
        path: the module that the key stands in.
        statement: what declares it.
    """
    names = {node.id for node in ast.walk(ast.parse(statement)) if isinstance(node, ast.Name)}
    said = [statement]
    for name in sorted(names):
        module, original = sources.resolve(path, name)
        file = sources.file(module)
        body = sources.trees[file].body if file in sources.trees else []
        said += [ast.unparse(one) for one in body if original in names_of_statement(one)]
    return any(_DRAWING.search(one) for one in said)


def drawn_key(statement: str, kind: KeyKind, optional: str) -> tuple[str, set[Import]]:
    """Return the key of a table whose rows have theirs from nobody, and what it imports.

    Args:
        statement: how the host declares a key that is given.
        kind: what the new one is.
        optional: how the host says that something may be None.
    """
    given = "primary_key=True"
    imports: set[Import] = set()
    if kind == "uuid":
        given += ", default=uuid4"
        imports = {("uuid", "uuid4"), ("uuid", "UUID")}
    kinds = {"int": "int", "uuid": "UUID", "str": "str"}
    if "Field(" in statement:
        maybe = optional.replace("X", "int")
        imports |= {("typing", "Optional")} if maybe.startswith("Optional") else set()
        if kind == "int":
            return f"id: {maybe} = Field(default=None, {given})", imports
        return f"id: UUID = Field(default_factory=uuid4, {given.partition(',')[0]})", imports
    if "Mapped[" in statement:
        return f"id: Mapped[{kinds[kind]}] = mapped_column({given})", imports
    types = {"int": "Integer", "uuid": "Uuid", "str": "String"}
    imports = {("sqlalchemy", types[kind]), *(one for one in imports if one[1] == "uuid4")}
    return f"id = Column({types[kind]}, {given})", imports


def drawn_anew(statement: str) -> str:
    """Return the statement of a key whose default is a function, and not what it gave once.

    `default=uuid4()` is one value for all rows of a process, `default=str(uuid4)` one for all rows
    there will ever be. Where rows of the host get their key by other ways that is not noticed.
    """
    tree = ast.parse(statement)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in calls:
        for keyword in call.keywords:
            if keyword.arg == "default" and _is_drawn_once(keyword.value):
                said = ast.get_source_segment(statement, keyword) or ""
                word = "default_factory" if last_name(call.func) == "Field" else "default"
                return statement.replace(said, f"{word}={_maker(keyword.value)}", 1)
    return statement


def _is_drawn_once(value: ast.expr) -> bool:
    """Tell whether a default is drawn where it is declared, as nothing of it is a function."""
    if isinstance(value, ast.Attribute):
        return _is_drawn_once(value.value)
    if not isinstance(value, ast.Call) or last_name(value.func) in _OF_ITS_OWN:
        return False
    said = ast.unparse(value)
    return not re.search(r"(^|\.)func\.", said) and bool(_DRAWN.search(said))


def _maker(value: ast.expr) -> str:
    """Return a function that draws what an expression has drawn."""
    if not isinstance(value, ast.Call):
        return f"lambda: {ast.unparse(value)}"
    if not value.args and not value.keywords:
        return ast.unparse(value.func)
    inner = value.args[0] if len(value.args) == 1 and not value.keywords else None
    is_function = isinstance(inner, ast.Name | ast.Attribute) and not _is_drawn_once(inner)
    if last_name(value.func) == "str" and inner is not None and is_function:
        return f"lambda: str({ast.unparse(inner)}())"
    return f"lambda: {ast.unparse(value)}"
