"""The rows that are there, given to one account by the migration that gives tables an owner."""

from __future__ import annotations

import ast
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import UsageError
from backwright.project.types import Column, Model, Project
from backwright.source.text import Splice, splice
from backwright.transfer.guarding.adopting import Accounts, kind_of
from backwright.transfer.guarding.owned import OWNER
from backwright.transfer.migration import Fill, Row
from backwright.transfer.migration.operations import literal, qualified, quoted
from backwright.transfer.migration.phases import execute
from backwright.values import Place

_ALPHABET = "./" + string.ascii_letters + string.digits  # of bcrypt
_VALUES = {
    "str": "''",
    "int": "0",
    "float": "0",
    "Decimal": "0",
    "datetime": "CURRENT_TIMESTAMP",
    "date": "CURRENT_DATE",
}
_KEYS = {
    ("uuid", False): "gen_random_uuid()",
    ("uuid", True): "lower(hex(randomblob(16)))",
    ("str", False): "gen_random_uuid()::text",
    ("str", True): "lower(hex(randomblob(16)))",
}


@dataclass(frozen=True, slots=True)
class Heir:
    """The account that gets the rows that are there.

    Attributes:
        address: What it signs in by.
        accounts: The table of accounts.
        model: The same, as the changed project has it.
        key_kind: The type of its key.
        tables: The tables whose rows it gets.
        sqlite: Whether the database is SQLite.
        column: The column of owners.
    """

    address: str
    accounts: Accounts
    model: Model
    key_kind: str
    tables: tuple[str, ...]
    sqlite: bool
    column: str = OWNER

    @property
    def fills(self) -> dict[tuple[str, str], Fill]:
        """What existing rows get as their owner."""
        fill = Fill(f"({self._row.query})", each=True, row=self._row)
        return {(table.rpartition(".")[2], self.column): fill for table in self.tables}

    @property
    def _row(self) -> Row:
        where = f"{quoted(self.accounts.address)} = {literal(self.address)}"
        return Row(self._table, self.accounts.key, where)

    @property
    def _table(self) -> str:
        schema, _, name = self.model.table.rpartition(".")
        return qualified(name, schema or None)

    def made(self) -> str:
        """Return the statement that makes the account if it is not there: nobody knows a password.

        Raises:
            UsageError: the account needs something that is not known.
        """
        values = {self.accounts.address: literal(self.address),
                  self.accounts.password: literal(_no_password())}  # fmt: skip
        key = _KEYS.get((self.key_kind, self.sqlite))
        if key:
            values = {self.accounts.key: key, **values}
        for column in self.model.columns:
            if column.name not in values and not column.nullable and not column.primary_key:
                values[column.name] = self._value(column)
        names = ", ".join(quoted(name) for name in values)
        lines = [
            f"INSERT INTO {self._table} ({names})",
            f"SELECT {', '.join(values.values())}",
            f"WHERE NOT EXISTS ({self._row.query})",
        ]
        return execute(lines)

    def _value(self, column: Column) -> str:
        given = {one.name: one.value for one in self.accounts.needed}.get(column.name)
        if given and given[0] in "'\"":
            return literal(str(ast.literal_eval(given)))
        kind = kind_of(column)
        if kind == "bool":
            return "true" if "active" in column.name or "enabled" in column.name else "false"
        if kind not in _VALUES:
            raise UsageError(
                f"the account {self.address} cannot be made by the migration: "
                f"{self.model.name}.{column.name} must be given",
                place=Place(column.file or self.model.file, column.line or self.model.line),
                remedy="make that account first, or choose --answer rows=hidden",
            )
        return _VALUES[kind]


def _no_password() -> str:
    """Return what looks like a hash of bcrypt, and is of no password that anybody knows."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(52))
    return f"$2b$12${drawn[:21]}.{drawn[21:]}"


def heir_of(
    project: Project, accounts: Accounts, key_kind: str, address: str, direct: Sequence[str],
    *, sqlite: bool,
) -> Heir:  # fmt: skip
    """Return who gets the rows of a project that was given accounts."""
    models = {one.name: one for one in project.models}
    tables = tuple(models[name].table for name in direct)
    return Heir(address, accounts, models[accounts.model], key_kind, tables, sqlite)


def make_heir(folder: Path, paths: Sequence[str], heir: Heir) -> None:
    """Let migrations make the heir's account, as soon as its table is as it should be."""
    name = heir.model.table.rpartition(".")[2]
    for path in paths:
        file = folder / path
        code = file.read_text(encoding="utf-8")
        line = _after_table(code, name)
        text = "".join(f"    {one}\n" for one in heir.made().splitlines())
        file.write_text(splice(code, [Splice(line, line, text)]), encoding="utf-8")


def _after_table(code: str, table: str) -> int:
    """Return the line behind what an upgrade does to a table; its first if that is nothing."""
    upgrade = next(
        n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) and n.name == "upgrade"
    )
    said = re.compile(
        rf"(create_table|add_column|batch_alter_table)\(\s*['\"]{re.escape(table)}['\"]"
    )
    ends = [
        (one.end_lineno or one.lineno) + 1 for one in upgrade.body if said.search(ast.unparse(one))
    ]
    return ends[-1] if ends else upgrade.body[0].lineno
