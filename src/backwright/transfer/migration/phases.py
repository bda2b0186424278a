"""The phases of a migration that must not hold up a table in use.

First what needs a moment's lock, in the migration's own transaction; then what takes long and locks
nobody out, each statement by itself; then what that has made possible, again for a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

LOCK_TIMEOUT = (
    "# A table in use is locked for a moment. While this waits for the lock, others wait behind it:\n"
    "# so it gives up soon. Run the migration again at a quieter time.\n"
    "op.execute(\"SET LOCAL lock_timeout = '2s'\")"
)
_AGAIN = "# committed before the rest, so written to be run again if that is interrupted"
_APART = "# outside the transaction: others read and write meanwhile"
_APART_AGAIN = (
    f"{_APART}\n# (an interrupted run may have left an index that is not valid: it is made anew)"
)


@dataclass
class Phases:
    """Statements by phase, as code; `locks` tells whether a phase locks a table that is in use.

    What comes first is committed before the rest begins. Where the rest fails, the whole is run
    once more: `again` says how a statement reads so that it may be.
    """

    first: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    first_locks: bool = False
    notes: list[str] = field(default_factory=list)
    again: dict[str, str] = field(default_factory=dict)

    def begin(self, code: str, again: str) -> None:
        """Put a statement into the first phase; `again` is how it may be run twice."""
        self.first.append(code)
        self.again[code] = again

    def body(self) -> str:
        """Return the body of a function, without indentation."""
        parts: list[str] = []
        first = [self.again.get(code, code) for code in self.first] if self.apart else self.first
        if first:
            parts += [LOCK_TIMEOUT] if self.first_locks else []
            parts += [_AGAIN] if first != self.first else []
            parts += first
        if self.apart:
            makes = any("create_index(" in code for code in self.apart)
            parts.append(_APART_AGAIN if makes else _APART)
            parts.append("with op.get_context().autocommit_block():")
            parts += [_indented(code) for code in self.apart]
        if self.last:
            parts += [LOCK_TIMEOUT, *self.last]
        return "\n".join(parts or ["pass"]) + "\n"


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in code.splitlines())


def if_missing(code: str) -> str:
    """Return a call of an operation that makes something, only if it is not there."""
    inner = code.rstrip().removesuffix(")").rstrip().removesuffix(",")
    return f"{inner}, if_not_exists=True)"


def execute(lines: Sequence[str]) -> str:
    """Return `op.execute(…)` of a statement of one or more lines."""
    if len(lines) == 1:
        return f"op.execute({_literal(lines[0])})"
    inner = "\n".join(f"    {_literal(line + ' ')}" for line in lines[:-1])
    return f"op.execute(\n{inner}\n    {_literal(lines[-1])}\n)"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
