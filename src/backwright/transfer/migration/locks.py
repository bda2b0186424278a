"""A moment's lock of tables in use: asked for again and again, never waited for long.

Whoever wants a table waits behind a lock that is waited for. So a lock is asked for a moment only; if
it is not had by then, everybody else goes first, and it is asked for again.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from backwright.transfer.migration.operations import (
    Operation,
    operation,
    qualified,
)

MOMENT = 400  # milliseconds for all tables of a phase, so that nobody waits for a second
_TRIES = 120
_PAUSE = "0.5"  # seconds in which the others go first
# PostgreSQL ends an autovacuum that is in the way after `deadlock_timeout`, a second by default.
_AT_LAST = 2000  # milliseconds
_WHY = (
    "A table in use is locked for a moment. While this waits for the lock, others wait behind it: so "
    "it waits {moment} ms{each}, lets them go first for {pause} s, and asks again. After {tries} times "
    "in vain it waits {last} s{each}: PostgreSQL ends an autovacuum that is in the way after 1 s "
    "(deadlock_timeout). If that is in vain, too, the migration fails."
)
_WIDTH = 75  # of a line of that, in a function
_CHANGED = re.compile(r"(?:^ALTER TABLE|\bREFERENCES) ([^\s(]+)")
_REFERRED = {"ForeignKey": 0, "ForeignKeyConstraint": 1}


def referred(call: ast.Call) -> frozenset[str]:
    """Return the tables that a new one refers to, as SQL says them."""
    found: set[str] = set()
    for key in (n for n in ast.walk(call) if isinstance(n, ast.Call) and n.args):
        place = _REFERRED.get(ast.unparse(key.func).rpartition(".")[2])
        if place is not None and place < len(key.args):
            texts = [str(n.value) for n in ast.walk(key.args[place]) if isinstance(n, ast.Constant)]
            found |= {_table(text.rpartition(".")[0]) for text in texts if "." in text}
    return frozenset(found)


def locked(statements: Iterable[str], refers: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the tables in use that statements of a migration lock, as SQL says them.

    Args:
        statements: their code.
        refers: for each table that the migration makes, those that it refers to.
    """
    found: dict[str, None] = {}
    for code in statements:
        for statement in ast.parse(code).body:
            if one := operation(statement, code):
                found |= dict.fromkeys(_locked(one, refers))
    used = [table for table in found if table not in refers]
    leaves = any(".drop_table(" in code for code in statements)  # what it made is in use by then
    return list(found) if used and leaves else used


def patience(tables: Sequence[str], statements: Iterable[str]) -> str:
    """Return the statements that lock tables, at the beginning of a phase, and why they do so.

    Args:
        tables: the tables, as SQL says them.
        statements: the code of what follows. Where it only refers to the tables, they may be read.
    """
    moment = max(MOMENT // len(tables), 50)
    mode = "SHARE ROW EXCLUSIVE" if _only_refer(statements) else "ACCESS EXCLUSIVE"
    lock = f"LOCK TABLE {', '.join(tables)} IN {mode} MODE"
    each = " for each table" if len(tables) > 1 else ""
    last = _AT_LAST // 1000
    said = _WHY.format(moment=moment, each=each, pause=_PAUSE, tries=_TRIES, last=last)
    why = "".join(f"# {line}\n" for line in textwrap.wrap(said, _WIDTH - 2))
    return f'{why}op.execute("{_setting(moment)}")\n{again_and_again(lock)}'


def _only_refer(statements: Iterable[str]) -> bool:
    """Tell whether statements lock tables in use no further than a new reference to them does."""
    parsed = [(statement, code) for code in statements for statement in ast.parse(code).body]
    found = [one for statement, code in parsed if (one := operation(statement, code))]
    return all(one.name == "create_table" for one in found if _locked(one, {}))


def again_and_again(statement: str, moment: int | None = None) -> str:
    """Return the code that tries a statement until it has its lock, and fails if it never does.

    Args:
        statement: the statement.
        moment: how long it waits each time, in milliseconds, where that is not set before.
    """
    setting = f"{_setting(moment)}; " if moment else ""
    lines = [
        f"DO $$ BEGIN {setting}FOR attempt IN 1..{_TRIES} LOOP",
        f"BEGIN {statement}; RETURN;",
        f"EXCEPTION WHEN lock_not_available THEN PERFORM pg_sleep({_PAUSE}); END;",
        f"END LOOP; {_setting(_AT_LAST)}; {statement}; END $$",
    ]
    inner = "\n".join(f"    {quoted_python(line + ' ')}" for line in lines[:-1])
    return f"op.execute(\n{inner}\n    {quoted_python(lines[-1])}\n)"


def _setting(moment: int) -> str:
    return f"SET LOCAL lock_timeout = '{moment}ms'"


def quoted_python(text: str) -> str:
    """Return text as a literal of Python, in the quotes that formatters write."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _locked(one: Operation, refers: Mapping[str, frozenset[str]]) -> list[str]:
    first = one.text(0, "table_name") or ""
    if one.name == "create_table":
        return sorted(referred(one.call))
    if one.name == "drop_table":
        mine = _named(one, first)
        return [*sorted(refers.get(mine[0], ())), *mine] if mine else []
    if one.name in ("add_column", "alter_column", "drop_column"):
        return _named(one, first)
    if one.name == "execute":
        said = one.argument(0, "sqltext")
        text = str(said.value) if isinstance(said, ast.Constant) else ""
        return _CHANGED.findall(text) if text.startswith("ALTER TABLE") else []
    if one.name == "create_foreign_key":
        target = _named(one, one.text(2, "referent_table") or "", "referent_schema")
        return [*_named(one, one.text(1, "source_table") or "", "source_schema"), *target]
    if one.name in ("create_check_constraint", "create_unique_constraint", "drop_constraint"):
        return _named(one, one.text(1, "table_name") or one.text(1, "source_table") or "")
    return []


def made(one: Operation) -> dict[str, frozenset[str]]:
    """Return the table that an operation makes, if it makes one, with those that it refers to."""
    if one.name != "create_table":
        return {}
    names = _named(one, one.text(0, "table_name") or "")
    return dict.fromkeys(names, referred(one.call))


def _named(one: Operation, table: str, keyword: str = "schema") -> list[str]:
    schema = one.option(keyword)
    said = ast.literal_eval(schema) if schema and schema[:1] in "'\"" else None
    return [qualified(table, said)] if table else []


def _table(said: str) -> str:
    schema, _, name = said.rpartition(".")
    return qualified(name, schema or None)
