"""A writer in two plain dialects (SQLModel; SQLAlchemy 2 with Pydantic), for carrying's own cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backwright.spec.types import FieldSpec
from backwright.transfer.carry import Parent, Piece

PYTHON = {
    "str": "str", "text": "str", "email": "str", "url": "str", "bool": "bool", "int": "int",
    "float": "float", "decimal": "Decimal", "date": "date", "datetime": "datetime", "ref": "int",
    "json": "dict", "uuid": "UUID",
}  # fmt: skip
IMPORTS = {"decimal": ("decimal", "Decimal"), "date": ("datetime", "date")}
GOOD = {
    "text": ["Some words", "Other words"], "bool": [True, False], "int": [3, 4],
    "decimal": ["9.90", "8.80"], "date": ["2030-01-31", "2031-02-28"], "float": [1.5, 2.5],
    "ref": [1, 2], "email": ["one@example.com", "two@example.com"],
}  # fmt: skip


@dataclass(frozen=True)
class PlainWriter:
    """Declares by kind, and says nothing of bounds."""

    names: str
    parents: tuple[Parent, ...] = ()

    def declare(self, field: FieldSpec, role: str, like: Sequence[str]) -> tuple[Piece, ...]:
        needed = frozenset({IMPORTS[field.kind]} if field.kind in IMPORTS else set())
        if field.kind == "many":
            return self._many(field, role)
        if role == "relations":
            text = f'{field.name}: Mapped["{field.target}"] = relationship()'
            return (Piece(text),) if field.kind == "ref" else ()
        kind = self._kind(field)
        if role == "model" and any("mapped_column" in x for x in like):
            optional = f"{kind} | None" if field.optional else kind
            return (Piece(f"{field.column}: Mapped[{optional}] = mapped_column()", needed),)
        if role == "model" and any("Column(" in x for x in like):
            return (Piece(f"{field.column} = Column({kind.title()})", needed),)
        if role in ("update", "filter") or field.optional:
            return (Piece(f"{field.column}: {kind} | None = None", needed),)
        if field.default is not None and role != "public":
            return (Piece(f"{field.column}: {kind} = {field.default!r}", needed),)
        return (Piece(f"{field.column}: {kind}", needed),)

    def _kind(self, field: FieldSpec) -> str:
        if field.kind == "enum":
            return self.names + field.name.title()
        return PYTHON[field.kind]

    def _many(self, field: FieldSpec, role: str) -> tuple[Piece, ...]:
        if role == "relations":
            return (Piece(f'{field.name}: Mapped[list["{field.target}"]] = relationship()'),)
        if role == "public":
            return (Piece(f"{field.name}: list[{field.target}Public] = []"),)
        if role == "create":
            return (Piece(f"{field.column}: list[int] = []"),)
        return (Piece(f"{field.column}: list[int] | None = None"),) if role == "update" else ()

    def sample(
        self, field: FieldSpec, which: int, *, json: bool, linked: str | None = None
    ) -> Piece:
        if linked:
            return Piece(linked)
        if field.kind == "enum":
            return Piece(repr(field.values[which % len(field.values)]).replace("'", '"'))
        if field.kind == "str" and field.unique and (field.high or 0) >= 32:
            return Piece("uuid4().hex", frozenset({("uuid", "uuid4")}))
        if field.kind == "str":
            return Piece(f'"{field.name} {which + 1}"')
        values = GOOD[field.kind]
        value = values[which % len(values)]
        return Piece(f'"{value}"' if isinstance(value, str) else repr(value))

    def bad(self, field: FieldSpec) -> tuple[Piece, ...]:
        return (Piece('""'),) if field.kind == "str" and field.low else (Piece('["wrong"]'),)
