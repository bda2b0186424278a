"""Looking on while a program is followed: what is compared, called, made, tested and set.

The interpreter asks a witness, where there is one, before it answers itself; a witness that
answers `None` leaves it to the interpreter.
"""

from __future__ import annotations

import ast
from typing import Protocol

from backwright.project.interpret.values import Call, External, Instance


class Witness(Protocol):
    """What an onlooker may answer (`None`: nothing) or note."""

    def attribute(self, value: object, attr: str) -> object:
        """Answer `value.attr` or `value["attr"]`."""

    def compared(self, left: object, sign: ast.cmpop, right: object) -> object:
        """Answer `left == right` and its kin."""

    def combined(self, left: object, right: object, *, either: bool) -> object:
        """Answer `left & right` and `left | right`."""

    def negated(self, value: object) -> object:
        """Answer `not value` of a value that is not known."""

    def element(self, value: object) -> object:
        """Answer what iterating over a value that is not known gives."""

    def called(self, callee: External, call: Call) -> object:
        """Answer the call of a library's name."""

    def lost(self, call: Call) -> None:
        """Note the call of something that is not known."""

    def made(self, instance: Instance) -> None:
        """Note an instance: of the project's class, or what a library's call gave."""

    def put(self, owner: object, name: str | None, value: object) -> None:
        """Note that an attribute or item is set (`None`: it is not known which)."""

    def tested(self, condition: object, node: ast.If | ast.Assert) -> None:
        """Note a condition before its branches are followed."""

    def enter(self, condition: object) -> None:
        """Note that what follows stands under a condition."""

    def leave(self) -> None:
        """Note that the innermost condition no longer holds."""
