"""Columns that tables of a host are given, and the owners that rows have by them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from backwright.errors import UsageError
from backwright.project.types import Model, Project
from backwright.source.imports import add_imports
from backwright.source.outline import outline
from backwright.source.text import Splice, splice
from backwright.spec.names import names_of
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Declaration, wanted_imports
from backwright.transfer.dialect import Home, bound, read_dialect
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources, names_of_statement
from backwright.transfer.grow.steps import seen_from
from backwright.transfer.guarding.host import Host
from backwright.transfer.guarding.importing import brings, with_import
from backwright.values import Place


def add_columns(host: Host, model: Model, made: Sequence[Declaration]) -> None:
    """Put columns behind those of a table."""
    code = host.draft.text(model.file)
    line, indent = _after_columns(code, model.name, {column.name for column in model.columns})
    text = "".join(f"{indent}{one.code}\n" for one in made)
    code = splice(code, [Splice(line, line, text)])
    there = {name for s in outline(code) for name in s.names}
    needed = {pair for one in made for pair in one.imports if pair[1] not in there}
    host.draft.write(model.file, add_imports(code, wanted_imports(needed)))


def add_owners(host: Host, reread: Callable[[Draft], Project]) -> None:
    """Give each owned table a column that refers to its row's owner.

    Args:
        host: the host, with its table of accounts.
        reread: reads what is known of it: each column moves the lines of what stands below.
    """
    project = reread(host.draft)
    is_made = host.accounts.adopted and not host.wanted.alone
    account = [host.said.model] if is_made else []
    if host.user is not None and (table := _unsaid_table(host)):
        host.user = replace(host.user, table=table)
    files = []
    for name in (*account, *host.wanted.direct):
        model = next(one for one in project.models if one.name == name)
        add_columns(host, model, [_owner_of(host, project, model)])
        files.append(model.file)
        project = reread(host.draft)
    for path in dict.fromkeys(files):
        _know_accounts(host, project, path)
    host.done("owners", *files)


def _unsaid_table(host: Host) -> str | None:
    """Return what SQLModel calls the table of accounts, where its class does not say."""
    home = host.sources.file(host.user_module)
    for statement in outline(host.draft.text(home)) if home else ():
        node = statement.node
        if not isinstance(node, ast.ClassDef) or node.name != host.said.model:
            continue
        says = any("__tablename__" in names_of_statement(one) for one in node.body)
        is_plain = [ast.unparse(base) for base in node.bases] == ["SQLModel"]
        return node.name.lower() if is_plain and not says else None
    return None


def _know_accounts(host: Host, project: Project, path: str) -> None:
    """Let who imports a table that has owners know the table of accounts, to which it refers."""
    sources = Sources(host.draft, project)
    home = sources.file(host.user_module)
    if home is None or brings(sources, path, home):
        return
    if brings(sources, home, path):
        raise UsageError(
            f"{home} imports {path}, and rows of {path} would refer to accounts",
            place=Place(path, 1),
            remedy=f"let {home} import nothing of {path}",
        )
    pair = seen_from(host.growth(), path, (host.user_module, host.said.model))
    host.draft.write(path, with_import(host.draft.text(path), pair))


def _owner_of(host: Host, project: Project, model: Model) -> Declaration:
    """Return the column of a table's owner as the host writes such."""
    assert host.user is not None  # noqa: S101 - accounts come first
    name = host.said.model
    dialect = read_dialect(project, host.draft, model, host.known.versions).with_partner(host.user)
    home = Home(model.name, model.table, host.sources.module(model.file), model.file, owned=False)
    stem = host.owner_column.removesuffix("_id")
    is_optional = not host.wanted.owner_required or model.name == name
    field = FieldSpec(
        stem, "ref", f"{stem}:ref:{name}:index:cascade", optional=is_optional, index=True,
        target=name, on_delete="cascade",
    )  # fmt: skip
    made = bound(dialect, names_of(model.name), home).model_column(field)
    if model.name != name:
        return made
    return replace(made, value=(made.value or "").replace('"CASCADE"', '"SET NULL"'))


def _after_columns(code: str, name: str, columns: set[str]) -> tuple[int, str]:
    """Return the line behind a class's last column, and how far to the right it stands.

    Raises:
        UsageError: the class cannot be found.
    """
    for statement in outline(code):
        node = statement.node
        if isinstance(node, ast.ClassDef) and node.name == name:
            own = [one for one in node.body if columns & set(names_of_statement(one))]
            named = [one for one in node.body if "__tablename__" in names_of_statement(one)]
            last = (own or named or node.body[:1])[-1]
            return (last.end_lineno or last.lineno) + 1, " " * last.col_offset
    raise UsageError(f"{name} is no class that a column can be added to")
