"""The bounds of a field's values, as keywords of `Field(…)`."""

from __future__ import annotations

from typing import Literal

from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Import
from backwright.transfer.dialect.facts import Dialect
from backwright.transfer.dialect.spelling import Spelling
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


Digits = Literal["field", "annotated", "extra", "condecimal"]


def digits_form(dialect: Dialect, *, sqlmodel: bool, optional: bool) -> Digits:
    """Return how a decimal's digits are bounded in a form that its libraries take and keep to.

    `Field` of Pydantic before 1.9 passes over them in silence, that of Pydantic 2 before 2.8
    refuses them for what may be None, and SQLModel's first ones know none.
    """
    if dialect.schema.pydantic == 1:
        if not dialect.at_least("pydantic", 1, 9):
            return "condecimal"
        return "extra" if sqlmodel and not dialect.at_least("sqlmodel", 0, 0, 9) else "field"
    return "annotated" if optional and not dialect.at_least("pydantic", 2, 8) else "field"


def decimal_form(
    words: Spelling, annotation: str, bounds: list[str], digits: Digits, *, sqlmodel: bool
) -> tuple[str, set[Import], list[str]]:
    """Return a decimal's annotation, what that needs, and the bounds that are left for `Field`."""
    if digits == "field":
        return annotation, set(), bounds
    if digits == "extra":
        pairs = ", ".join('"{}": {}'.format(*bound.split("=")) for bound in bounds[:2])
        return annotation, set(), [f"schema_extra={{{pairs}}}", *bounds[2:]]
    said = ", ".join(bounds)
    if digits == "condecimal":
        call, imports = words.spell("pydantic", "condecimal")
        return f"{call}({said})", imports, []
    call, imports = words.spell("sqlmodel" if sqlmodel else "pydantic", "Field")
    wrapper, more = words.spell("typing", "Annotated")
    return f"{wrapper}[{annotation}, {call}({said})]", imports | more, []
