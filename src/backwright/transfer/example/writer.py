"""The dialect's declarations and values, as carrying asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from backwright.spec.types import FieldSpec
from backwright.transfer.carry import Piece
from backwright.transfer.carry.types import Role
from backwright.transfer.declaration import Declaration
from backwright.transfer.dialect import Bound


class _Declared(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def imports(self) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True)
class DialectWriter:
    """Writes in the host's dialect what takes the place of the exemplar's fields."""

    bound: Bound

    def declare(self, field: FieldSpec, role: Role, like: Sequence[str]) -> tuple[Piece, ...]:
        """Return the statements that declare a field in a class of a role."""
        made = self._declared(field, role)
        if made is None:
            return ()
        piece = _piece(made)
        if role in ("model", "shared", "relations"):
            return (piece,)
        return (Piece(piece.code, piece.imports | self.bound.enum_import(field)),)

    def _declared(self, field: FieldSpec, role: Role) -> Declaration | None:
        match role:
            case "relations":
                is_related = field.kind in ("ref", "many")
                return self.bound.relationships(field).near if is_related else None
            case "model":
                return self.bound.model_column(field) if field.kind != "many" else None
            case "shared":
                return self.bound.shared_column(field) if field.kind != "many" else None
            case "filter" | "parameter":
                return self.bound.filter_field(field)
            case _:
                return self.bound.schema_field(field, role)

    def sample(
        self, field: FieldSpec, which: int, *, json: bool, linked: str | None = None
    ) -> Piece:
        """Return a valid value as an expression."""
        return _piece(self.bound.good(field, which=which, json=json, linked=linked))

    def bad(self, field: FieldSpec) -> tuple[Piece, ...]:
        """Return values that a request must not have, as JSON."""
        return tuple(Piece(value) for value in self.bound.bad(field))


def _piece(declared: _Declared) -> Piece:
    return Piece(declared.code, frozenset(declared.imports))
