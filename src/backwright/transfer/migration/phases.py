"""The phases of a migration that must not hold up a table in use.

First what needs a moment's lock, in the migration's own transaction; then what takes long and locks
nobody out, each statement by itself; then what that has made possible, again for a moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backwright.transfer.migration.locks import locked, patience, quoted_python

_AGAIN = "# committed before the rest, so written to be run again if that is interrupted"
_APART = "# outside the transaction: others read and write meanwhile"
_APART_AGAIN = (
    f"{_APART}\n# (an interrupted run may have left an index that is not valid: it is made anew)"
)


@dataclass
class Phases:
    """Statements by phase, as code.

    What comes first is committed before the rest begins. Where the rest fails, the whole is run
    once more: `again` says how a statement reads so that it may be. `refers` has the tables that
    the migration makes, which nobody uses yet, each with those that it refers to.
    """

    first: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    again: dict[str, str] = field(default_factory=dict)
    refers: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def begin(self, code: str, again: str) -> None:
        """Put a statement into the first phase; `again` is how it may be run twice."""
        self.first.append(code)
        self.again[code] = again

    def body(self) -> str:
        """Return the body of a function, without indentation."""
        parts: list[str] = []
        first = [self.again.get(code, code) for code in self.first] if self.apart else self.first
        if first:
            parts += self._waiting(first)
            parts += [_AGAIN] if first != self.first else []
            parts += first
        if self.apart:
            makes = any("create_index(" in code for code in self.apart)
            parts.append(_APART_AGAIN if makes else _APART)
            parts.append("with op.get_context().autocommit_block():")
            parts += [_indented(code) for code in self.apart]
        if self.last:
            parts += [*self._waiting(self.last), *self.last]
        return "\n".join(parts or ["pass"]) + "\n"

    def _waiting(self, statements: Sequence[str]) -> list[str]:
        """Return how the lock of the tables is had that statements of a phase need."""
        tables = locked(statements, self.refers)
        return [patience(tables, statements)] if tables else []


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in code.splitlines())


def if_missing(code: str) -> str:
    """Return a call of an operation that makes something, only if it is not there."""
    return _with(code, "if_not_exists=True")


def if_there(code: str) -> str:
    """Return a call of an operation that drops something, only if it is there."""
    return _with(code, "if_exists=True")


def _with(code: str, option: str) -> str:
    inner = code.rstrip().removesuffix(")").rstrip().removesuffix(",")
    return f"{inner}, {option})"


def execute(lines: Sequence[str]) -> str:
    """Return `op.execute(…)` of a statement of one or more lines."""
    if len(lines) == 1:
        return f"op.execute({quoted_python(lines[0])})"
    inner = "\n".join(f"    {quoted_python(line + ' ')}" for line in lines[:-1])
    return f"op.execute(\n{inner}\n    {quoted_python(lines[-1])}\n)"
