"""The bounds of a field's values, as keywords of `Field(…)`."""

from __future__ import annotations

from backwright.spec.types import FieldSpec
from backwright.transfer.dialect.facts import Dialect
from backwright.transfer.dialect.types import length_of, precision_of

LARGEST = {"Integer": 2**31 - 1, "BigInteger": 2**63 - 1, "SmallInteger": 2**15 - 1}
_URL = r'r"^https?://\S+$"'


def bounds_of(dialect: Dialect, field: FieldSpec) -> list[str]:
    """Return the keywords that hold a value to what was asked for, and to what its column takes."""
    if field.kind in ("str", "text", "email", "url"):
        low = [f"min_length={int(field.low)}"] if field.low else []
        length = length_of(dialect, field)
        return low + ([f"max_length={length}"] if length is not None else [])
    if field.kind == "int":
        return _integer(dialect, field)
    if field.kind == "decimal":
        precision, scale = precision_of(field)
        return [f"max_digits={precision}", f"decimal_places={scale}", *_range(field)]
    return _range(field) if field.kind == "float" else []


def _range(field: FieldSpec) -> list[str]:
    low = [f"ge={field.low:f}"] if field.low is not None else []
    return low + ([f"le={field.high:f}"] if field.high is not None else [])


def _integer(dialect: Dialect, field: FieldSpec) -> list[str]:
    """An integer without bounds is held to what its column can keep: 422, not 500."""
    largest = largest_integer(dialect)
    low = int(field.low) if field.low is not None else -largest - 1
    high = int(field.high) if field.high is not None else largest
    return [f"ge={low}", f"le={high}"]


def largest_integer(dialect: Dialect) -> int:
    """Return the largest value of an integer column as the host declares it."""
    chosen = dialect.model.types.get("int")
    return LARGEST.get(chosen.name if chosen else "Integer", LARGEST["Integer"])


def text_pattern(field: FieldSpec) -> str | None:
    """Return the pattern of a text that has a form, as a literal."""
    return _URL if field.kind == "url" else None


def pattern_argument(dialect: Dialect, pattern: str, *, sqlmodel: bool) -> str:
    """Return the keyword by which `Field` takes a pattern.

    SQLModel's own `Field` knows only `regex`, which Pydantic 2 passes over in silence.
    """
    if dialect.schema.pydantic == 1:
        return f"regex={pattern}"
    return f'schema_extra={{"pattern": {pattern}}}' if sqlmodel else f"pattern={pattern}"


def takes_no_digits(dialect: Dialect, field: FieldSpec, *, sqlmodel: bool) -> bool:
    """Tell whether `Field`, SQLModel's or Pydantic's, takes no digits of a decimal.

    SQLModel's own does not in its first versions; Pydantic 2 not for what may be None before 2.6.
    """
    if field.kind != "decimal":
        return False
    if sqlmodel and not dialect.at_least("sqlmodel", 0, 0, 9):
        return True
    return (sqlmodel or dialect.schema.pydantic > 1) and not dialect.at_least("pydantic", 2, 6)
