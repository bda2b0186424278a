"""Orders about new revisions for `migrate.py`: what autogenerate finds, and writing it down.

Differences that were there before the change are not the change's to migrate, so they are left
out. Written for any Python from 3.8; imports nothing of ours but `apart`, which lies beside
it.
"""

# ruff: noqa: ANN401 - Alembic's objects are of the host's Alembic
from __future__ import annotations

import ast
import builtins
import contextlib
import gc
import importlib
import pathlib
import re
import traceback
from collections.abc import Iterator
from typing import Any

apart: Any = importlib.import_module("apart").apart  # beside this file
_ADDRESS = re.compile(r" (?:object )?at 0x[0-9a-f]+")


_ANEW = ("CreateForeignKeyOp", "CreateUniqueConstraintOp", "CreateCheckConstraintOp",
         "DropConstraintOp", "AlterColumnOp", "DropColumnOp")  # fmt: skip


class _SeenError(Exception):
    """Ends a revision before anything is written."""


def load(modules: list[str]) -> None:
    """Import the modules of a project's models; the first must be there, others may be missing."""
    for place, name in enumerate(modules):
        try:
            importlib.import_module(name)
        except Exception:
            if place == 0:
                raise
            traceback.print_exc()


_METADATA: list[Any] = []


def metadata_of_the_host() -> list[Any]:
    """Return every `MetaData` with tables of the host, not SQLAlchemy's own of a catalog.

    They are looked for once: comparing brings others, with the tables that a database has.
    """
    import sqlalchemy

    if not _METADATA:
        found = [item for item in gc.get_objects() if issubclass(type(item), sqlalchemy.MetaData)]
        _METADATA.extend(metadata for metadata in found if _is_of_the_host(metadata))
    return _METADATA


def _is_of_the_host(metadata: Any) -> bool:
    schemas = {(table.schema or "").lower() for table in metadata.tables.values()}
    return bool(metadata.tables) and not schemas <= {"pg_catalog", "information_schema", "sys"}


@contextlib.contextmanager
def with_metadata(modules: list[str]) -> Iterator[None]:
    """Compare with the tables of the host's models where its `env.py` names no metadata.

    Such a project writes its migrations by hand, which says nothing against comparing.
    """
    from alembic.runtime.environment import EnvironmentContext

    plain = EnvironmentContext.configure

    def configure(self: Any, *arguments: Any, **options: Any) -> None:
        if options.get("target_metadata") is None:
            load(modules)
            options["target_metadata"] = metadata_of_the_host() or None
        plain(self, *arguments, **options)

    EnvironmentContext.configure = configure  # type: ignore[method-assign]
    try:
        yield
    finally:
        EnvironmentContext.configure = plain  # type: ignore[method-assign]


def compare(config: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Return what autogenerate would write: the table and the words of each operation.

    With `load`, models that `env.py` does not import are compared, too.
    """
    from alembic import command

    if order.get("load"):
        load(order["modules"])

    found: list[dict[str, str]] = []

    def look(context: Any, _revision: Any, directives: Any) -> None:
        for script in directives:
            for ops in script.upgrade_ops_list:
                found.extend(_flat(ops.ops, context.connection))
        raise _SeenError

    with contextlib.suppress(_SeenError), with_metadata(order["modules"]):
        command.revision(
            config, autogenerate=True, head=_any_head(config), process_revision_directives=look
        )
    return {"operations": found}


def _any_head(config: Any) -> str:
    """Return a head to follow, where there are several any of them."""
    from alembic.script import ScriptDirectory

    heads = apart(lambda: ScriptDirectory.from_config(config).get_heads())
    return heads[0] if len(heads) > 1 else "head"


def _is_moot(operation: Any, connection: Any) -> bool:
    """Tell whether no migration can carry an operation out: it lets a key of PostgreSQL be null, which none can.

    Some models say so: SQLModel before 0.0.7 of every field that has a default,
    `id: int = Field(default=None, primary_key=True)`.
    """
    import sqlalchemy as sa

    if getattr(operation, "modify_nullable", None) is not True or operation.modify_type is not None:
        return False
    if connection is None or connection.dialect.name != "postgresql":
        return False
    key = sa.inspect(connection).get_pk_constraint(operation.table_name, schema=operation.schema)
    return operation.column_name in key["constrained_columns"]


def _flat(operations: Any, connection: Any) -> list[dict[str, str]]:
    found = []
    for operation in operations:
        inner = getattr(operation, "ops", None)
        if inner is not None:
            found.extend(_flat(inner, connection))
        elif not _is_moot(operation, connection):
            found.append(
                {
                    "table": _table(operation),
                    "column": _column(operation),
                    "text": _words(operation),
                }
            )
    return found


def _table(operation: Any) -> str:
    return str(
        getattr(operation, "table_name", None) or getattr(operation, "source_table", "") or ""
    )


def _column(operation: Any) -> str:
    """Return the column that an operation is about, nothing where it is about more than one."""
    column = getattr(operation, "column", None)
    return str(getattr(operation, "column_name", None) or getattr(column, "name", "") or "")


def _words(operation: Any) -> str:
    """Return the words that tell an operation from another, the same in every process."""
    try:
        difference = operation.to_diff_tuple()
    except Exception:
        difference = vars(operation)
    if isinstance(difference, list):
        difference = [_without_state(change) for change in difference]
    elif isinstance(difference, tuple):
        difference = tuple(_plain(part) for part in difference)
    return _ADDRESS.sub("", repr(difference))


def _plain(part: Any) -> Any:
    """Return an index or a constraint by what it is, its columns by their names alone.

    What else is known of a column depends on what it was compared with.
    """
    import sqlalchemy

    if isinstance(part, sqlalchemy.Index):
        columns = [getattr(one, "name", None) or str(one) for one in part.expressions]
        return (part.name, getattr(part.table, "name", ""), columns, bool(part.unique))
    if isinstance(part, sqlalchemy.UniqueConstraint):
        return (part.name, getattr(part.table, "name", ""), [one.name for one in part.columns])
    return part


def _without_state(change: Any) -> Any:
    """Return a change of a column without what else is said of it, which is not always the same."""
    if not isinstance(change, tuple):
        return change
    return tuple(part for part in change if not _is_state(part))


def _is_state(part: Any) -> bool:
    return isinstance(part, dict) and all(str(key).startswith("existing_") for key in part)


def write(config: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Write a revision without the operations that are to be left out; return its files."""
    from alembic import command

    unwanted = set(order["leave_out"])

    def prune(context: Any, _revision: Any, directives: Any) -> None:
        for script in directives:
            for up, down in zip(script.upgrade_ops_list, script.downgrade_ops_list):  # noqa: B905
                if _prune(up, unwanted, context.connection):
                    up.reverse_into(down)
        _batch_where_needed(context, directives)

    if config.file_config.has_section("post_write_hooks"):
        config.file_config.remove_section("post_write_hooks")  # they may not be installed
    _make_folders(config)  # version control keeps no empty ones
    head, depends_on = apart(lambda: _place(config, order["refers_to"], order["changes"]))
    first: Any = depends_on or None  # Alembic takes several, and says that it takes one
    with with_metadata(order["modules"]):
        scripts = command.revision(
            config,
            message=order["message"],
            autogenerate=True,
            head=head,
            depends_on=first,
            process_revision_directives=prune,
        )
    written = scripts if isinstance(scripts, list) else [scripts]
    paths = [script.path for script in written if script is not None]
    for path in paths:
        _add_imports(pathlib.Path(path))
    return {"paths": paths, "head": head, "depends_on": depends_on}


def _make_folders(config: Any) -> None:
    """Make the folder that revisions are written into, where it is not there yet."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(config)
    if not any(pathlib.Path(one).is_dir() for one in script._version_locations):
        pathlib.Path(script.versions).mkdir(parents=True, exist_ok=True)


def _batch_where_needed(context: Any, directives: Any) -> None:
    """Let tables be made anew where SQLite cannot change them, as it cannot constraints."""
    if context.dialect.name != "sqlite" or context.opts.get("render_as_batch"):
        return
    lists = [one for script in directives for one in script.upgrade_ops_list]
    if any(name in _ANEW for one in lists for name in _kinds(one)):
        context.opts["render_as_batch"] = True


def _kinds(container: Any) -> Iterator[str]:
    """Yield the kinds of operations on tables that are there, by the names of their classes."""
    for operation in container.ops:
        yield type(operation).__name__
        if getattr(operation, "ops", None) is not None:
            yield from _kinds(operation)


def _prune(container: Any, unwanted: set[str], connection: Any) -> bool:
    """Take out what is unwanted, and what cannot be done; tell whether that was anything."""
    kept = []
    pruned = False
    for operation in container.ops:
        if getattr(operation, "ops", None) is not None:
            pruned |= _prune(operation, unwanted, connection)
            if operation.ops:
                kept.append(operation)
        elif _words(operation) in unwanted or _is_moot(operation, connection):
            pruned = True
        else:
            kept.append(operation)
    container.ops[:] = kept
    return pruned


def _place(config: Any, refers_to: list[str], changes: list[str]) -> tuple[str, list[str]]:
    """Return the head to follow, and others that must be there first.

    Of several heads the one whose line makes most of the tables that are changed, then of those
    referred to, else the longest.
    """
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory.from_config(config)
    heads = directory.get_heads()
    if len(heads) < 2:
        return "head", []
    lines = {head: list(directory.iterate_revisions(head, "base")) for head in heads}
    makes = {head: _made(line, [*refers_to, *changes]) for head, line in lines.items()}

    def worth(head: str) -> tuple[int, int, int, str]:
        own = len(makes[head] & set(changes))
        return own, len(makes[head]), len(lines[head]), head

    best = max(heads, key=worth)
    others = [head for head in heads if makes[head] - makes[best]]
    return best, others


def _made(line: list[Any], tables: list[str]) -> set[str]:
    """Return those of some tables that a line of revisions creates."""
    text = "\n".join(
        pathlib.Path(revision.path).read_text(encoding="utf-8", errors="replace")
        for revision in line
    )
    return {
        table
        for table in tables
        if re.search(r"create_table\(\s*[\"']" + re.escape(table) + r"[\"']", text)
    }


def _add_imports(path: pathlib.Path) -> None:
    """Import the modules that a revision names and its template does not import.

    Autogenerate writes a type of another library by its full name (`sqlmodel.sql.sqltypes…`).
    """
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    tree = ast.parse(text)
    known = set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            known |= {(one.asname or one.name).partition(".")[0] for one in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            known.add(node.id)
        elif isinstance(node, ast.FunctionDef):
            known |= {node.name, *(one.arg for one in node.args.args)}
    found = {_module(chain) for chain in _chains(tree, known)} - {""}
    modules = [name for name in sorted(found) if not any(f"{name}." in one for one in found)]
    if not modules:
        return
    last = max(
        (n.end_lineno or 0 for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))),
        default=0,
    )
    end = "\r\n" if "\r\n" in text else "\n"
    lines[last:last] = [f"import {name}{end}" for name in modules]
    path.write_bytes("".join(lines).encode())


def _chains(tree: ast.AST, known: set[str]) -> set[str]:
    """Return the dotted names in a module whose first name nothing binds."""
    found = set()
    for node in ast.walk(tree):
        names = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name) and names and node.id not in known:
            found.add(".".join([node.id, *reversed(names)]))
    return found


def _module(chain: str) -> str:
    """Return the longest beginning of a dotted name that is a module."""
    found = ""
    for end in range(1, chain.count(".") + 1):
        name = ".".join(chain.split(".")[:end])
        try:
            importlib.import_module(name)
        except ImportError:
            break
        found = name
    return found
