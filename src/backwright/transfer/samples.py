"""Sample values for tests, as code: good ones, other good ones, and ones that must be refused.

They are written with the helpers of the tests' factories: `text(shortest, longest)` and `email()`
give a value that no other row has.
"""

from __future__ import annotations

import math
from decimal import Decimal

from backwright.spec.names import Names, names_of
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Import
from backwright.transfer.model import digits, text_length
from backwright.transfer.schema import quoted

_FIXED = {
    "date": ('"2030-01-31"', '"2031-02-28"'),
    "datetime": ('"2030-01-31T12:00:00Z"', '"2031-02-28T12:00:00Z"'),
    "json": ('{"color": "blue", "sizes": [1, None]}', '{"color": "green"}'),
    "url": ('"https://example.com/one"', '"https://example.com/two"'),
}
# Ordinary numbers, from which the first two that a field allows are taken.
_NUMBERS = {
    "int": ("3", "4", "2", "7", "1", "12", "40", "250", "1000"),
    "float": ("2.5", "4.0", "0.25", "0.75", "0.1", "12.5", "40.0"),
    "decimal": ("19.90", "24.50", "2.50", "0.75", "0.25", "3", "4", "0.5", "0.1", "120", "1500"),
}
_WRONG = {
    "bool": ['"perhaps"'],
    "int": ['"many"', "True"],
    "float": ['"much"', "True"],
    "decimal": ['"NaN"'],
    "date": ['"2030-02-31"', '"2030-01-31T00:00:00"', "0"],
    "datetime": ['"2030-01-31T12:00:00"', "0"],
    "uuid": ['"no-id"'],
    "json": ['"no object"'],
    "email": ['"no-address"'],
    "url": ['"no-url"'],
    "enum": ['"unheard-of"'],
    "ref": ['"no-id"'],
    "many": ['["no-id"]', "None"],
    "str": ["1"],
    "text": ["1"],
}
_LONG = {
    "email": '"n" * {} + "@example.com"',
    "url": '"https://example.com/" + "n" * {}',
}
_PAGE = "https://example.com/"
_NUMBER = "next(_numbers)"
_EXACT = 15  # digits of a decimal that every database gives back as they were


def good(field: FieldSpec, resource: Names, *, changed: bool = False) -> str:
    """Return a valid value that is no default; with `changed` another one."""
    which = int(changed)
    if field.kind in ("ref", "many"):
        return _linked(field, resource)
    if field.kind in ("str", "text"):
        return _text(field)
    if field.kind == "email":
        return "email()"
    if field.kind == "uuid":
        return "str(uuid4())"
    if field.unique and field.kind in _UNIQUE:
        return _UNIQUE[field.kind]
    if field.kind in _FIXED:
        return _FIXED[field.kind][which]
    return _two_of(field)[which]


def _two_of(field: FieldSpec) -> tuple[str, str]:
    """Return two values of a few, none of them the default if there are enough."""
    if field.kind == "bool":
        return str(not field.default), str(bool(field.default))
    if field.kind == "enum":
        values = sorted(field.values, key=lambda value: value == field.default)
        return quoted(values[0]), quoted(values[1 if len(values) > 1 else 0])
    numbers = sorted(_allowed(field), key=lambda number: number == field.default)
    return _literal(field, numbers[0]), _literal(field, numbers[1 if len(numbers) > 1 else 0])


def _linked(field: FieldSpec, resource: Names) -> str:
    """A row of the target's; none of the resource's own, which tests count."""
    if field.target == resource.pascal:
        return "None" if field.kind == "ref" else "[]"
    made = f'(await make_{names_of(str(field.target)).snake}(client))["id"]'
    return made if field.kind == "ref" else f"[{made}]"


def good_imports(field: FieldSpec) -> set[Import]:
    """Return what the good values of a field need."""
    if field.kind == "uuid":
        return {("uuid", "uuid4")}
    if field.unique and field.kind in ("date", "datetime"):
        needed = {("datetime", field.kind), ("datetime", "timedelta")}
        return needed | ({("datetime", "UTC")} if field.kind == "datetime" else set())
    return set()


def bad(field: FieldSpec) -> list[str]:
    """Return values that the schema must refuse; what is only just wrong comes first."""
    values: list[str] = []
    if field.kind in ("str", "text") and field.low:
        values.append('""' if field.low == 1 else f'"n" * {int(field.low) - 1}')
    if field.kind == "str" or (field.kind == "text" and field.high is not None):
        values.append(f'"n" * {text_length(field) + 1}')
    if field.kind in _LONG and field.high is not None:
        values.append(_LONG[field.kind].format(text_length(field)))
    if field.kind in ("int", "float", "decimal"):
        values += _outside(field)
    return values + _WRONG[field.kind]


def bad_imports(field: FieldSpec) -> set[Import]:
    """Return what the bad values of a field need."""
    unbounded = field.kind == "int" and (field.low is None or field.high is None)
    return {("app.fields", "LARGEST_INTEGER")} if unbounded else set()


def edges(field: FieldSpec) -> list[str]:
    """Return values that are only just right, as the first bad ones are only just wrong."""
    if field.kind in ("str", "text"):
        return _lengths(field)
    if field.kind == "url" and field.high is not None and field.high > len(_PAGE):
        return [f'"{_PAGE}" + "n" * {int(field.high) - len(_PAGE)}']
    if field.kind == "int":
        low = str(int(field.low)) if field.low is not None else "-LARGEST_INTEGER"
        high = str(int(field.high)) if field.high is not None else "LARGEST_INTEGER"
        return [*dict.fromkeys((low, high))]
    if field.kind == "decimal" and digits(field)[0] > _EXACT:
        return []
    if field.kind in ("float", "decimal"):
        ends = (_lowest(field), _highest(field))
        return [*dict.fromkeys(_literal(field, end) for end in ends if end is not None)]
    return []


def edges_imports(field: FieldSpec) -> set[Import]:
    """Return what the values of a field that are only just right need."""
    is_long = field.kind == "text" and field.high is None
    return {("app.fields", "LONGEST_TEXT")} if is_long else bad_imports(field)


def _lengths(field: FieldSpec) -> list[str]:
    low = int(field.low or 0)
    shortest = f'"n" * {low}' if low > 1 else '"n"' if low else '""'
    if field.kind == "text" and field.high is None:
        return [shortest, '"n" * LONGEST_TEXT']
    high = text_length(field) if field.kind == "str" else int(field.high or 0)
    return [shortest, *([f'"n" * {high}'] if high > low else [])]


_UNIQUE = {
    "int": _NUMBER,
    "float": f"{_NUMBER} + 0.5",
    "decimal": f'f"{{{_NUMBER}}}.00"',
    "url": 'f"https://example.com/{text()}"',
    "date": f"(date(2030, 1, 1) + timedelta(days={_NUMBER})).isoformat()",
    "datetime": (
        f"(datetime(2030, 1, 1, tzinfo=UTC) + timedelta(minutes={_NUMBER}))"
        '.isoformat().replace("+00:00", "Z")'
    ),
}


def _text(field: FieldSpec) -> str:
    if field.kind == "text" and field.low is None and field.high is None:
        return "text()"
    low = int(field.low or 0)
    high = max(text_length(field) if field.kind == "str" else int(field.high or 30), low)
    return f"text({low}, {high})"


def _allowed(field: FieldSpec) -> list[Decimal]:
    """Return numbers that a field allows: ordinary ones first, then its bounds and what is between.

    A decimal has no more places than its scale, an int none.
    """
    low, high = field.low, _highest(field)
    numbers = [Decimal(number) for number in _NUMBERS[field.kind]]
    if field.low is not None and field.high is not None:
        numbers += [field.low + (field.high - field.low) // 4 * part for part in (1, 3)]
    numbers += [
        bound + step
        for bound, step in ((low, 0), (high, 0), (low, 1), (high, -1))
        if bound is not None
    ]
    inside = (n for n in numbers if (low is None or n >= low) and (high is None or n <= high))
    return list(dict.fromkeys(n for n in inside if _places(n) <= _most_places(field)))


def _places(number: Decimal) -> int:
    return max(0, -int(number.normalize().as_tuple().exponent))


def _most_places(field: FieldSpec) -> float:
    return {"int": 0, "decimal": digits(field)[1]}.get(field.kind, math.inf)


def _highest(field: FieldSpec) -> Decimal | None:
    if field.kind != "decimal":
        return field.high
    return min(field.high, _largest(field)) if field.high is not None else _largest(field)


def _largest(field: FieldSpec) -> Decimal:
    precision, scale = digits(field)
    return Decimal(10) ** (precision - scale) - Decimal(10) ** -scale


def _lowest(field: FieldSpec) -> Decimal | None:
    if field.kind != "decimal":
        return field.low
    return field.low if field.low is not None else -_largest(field)


def _outside(field: FieldSpec) -> list[str]:
    values = [_literal(field, b) for b in _neighbors(field)]
    if field.kind == "int" and field.low is None:
        values.append("-LARGEST_INTEGER - 1")
    if field.kind == "int" and field.high is None:
        values.append("LARGEST_INTEGER + 1")
    if field.kind == "decimal":
        precision, scale = digits(field)
        values += [f'"1{"0" * (precision - scale)}"', f'"0.{"0" * scale}1"']
    return values


def _neighbors(field: FieldSpec) -> list[Decimal]:
    step = Decimal(10) ** -digits(field)[1] if field.kind == "decimal" else Decimal(1)
    below = [field.low - step] if field.low is not None else []
    return below + ([field.high + step] if field.high is not None else [])


def _literal(field: FieldSpec, value: Decimal) -> str:
    if field.kind == "decimal":
        return f'"{value:.{digits(field)[1]}f}"'
    return str(int(value)) if field.kind == "int" else str(float(value))
