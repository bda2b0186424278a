"""Sample values for tests, as code: good ones, other good ones, and ones that must be refused.

They are written with the helpers of the tests' factories: `text(shortest, longest)` and `email()`
give a value that no other row has.
"""

from __future__ import annotations

from decimal import Decimal

from backwright.spec.names import Names, names_of
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Import
from backwright.transfer.model import DECIMAL, text_length

_FIXED = {
    "bool": ("False", "True"),
    "date": ('"2030-01-31"', '"2031-02-28"'),
    "datetime": ('"2030-01-31T12:00:00Z"', '"2031-02-28T12:00:00Z"'),
    "json": ('{"color": "blue", "sizes": [1, None]}', '{"color": "green"}'),
    "url": ('"https://example.com/one"', '"https://example.com/two"'),
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
_NUMBER = "next(_numbers)"
_EXACT = 15  # digits of a decimal that every database gives back as they were


def good(field: FieldSpec, resource: Names, *, changed: bool = False) -> str:
    """Return a valid value; with `changed` another one, at the upper bound if there is one."""
    which = int(changed)
    if field.kind in ("ref", "many"):
        return _linked(field, resource)
    if field.kind in ("str", "text"):
        return _text(field, longest=changed)
    if field.kind == "email":
        return "email()"
    if field.kind == "uuid":
        return "str(uuid4())"
    if field.unique and field.kind in _UNIQUE:
        return _UNIQUE[field.kind]
    if field.kind == "enum":
        return f'"{field.values[-which]}"'
    if field.kind in _FIXED:
        return _FIXED[field.kind][which]
    return _number(field, which)


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


def _text(field: FieldSpec, *, longest: bool) -> str:
    if field.kind == "text" and field.low is None and field.high is None:
        return "text()"
    low = int(field.low or 0)
    high = max(text_length(field) if field.kind == "str" else int(field.high or 30), low)
    return f"text({high if longest and field.high is not None else low}, {high})"


def _number(field: FieldSpec, which: int) -> str:
    low, high = field.low, _highest(field)
    step = Decimal(1) if field.kind == "int" else Decimal("0.5")
    start = low if low is not None else min(Decimal(1), high if high is not None else Decimal(1))
    value = start + step * which if high is None else min(start + step * which, high)
    exact = field.kind != "decimal" or _digits(field)[0] <= _EXACT
    if which and high is not None and exact:
        value = high  # what is only just right, as the first bad value is only just wrong
    if field.kind == "int":
        return str(int(value))
    return f'"{value:.{_digits(field)[1]}f}"' if field.kind == "decimal" else str(float(value))


def _highest(field: FieldSpec) -> Decimal | None:
    if field.kind != "decimal":
        return field.high
    precision, scale = _digits(field)
    largest = Decimal(10) ** (precision - scale) - Decimal(10) ** -scale
    return min(field.high, largest) if field.high is not None else largest


def _digits(field: FieldSpec) -> tuple[int, int]:
    """Return the precision and the scale of a decimal."""
    return (field.precision, field.scale or 0) if field.precision else DECIMAL


def _outside(field: FieldSpec) -> list[str]:
    values = [_literal(field, b) for b in _neighbors(field)]
    if field.kind == "int" and field.low is None:
        values.append("-LARGEST_INTEGER - 1")
    if field.kind == "int" and field.high is None:
        values.append("LARGEST_INTEGER + 1")
    if field.kind == "decimal":
        precision, scale = _digits(field)
        values += [f'"1{"0" * (precision - scale)}"', f'"0.{"0" * scale}1"']
    return values


def _neighbors(field: FieldSpec) -> list[Decimal]:
    step = Decimal(10) ** -_digits(field)[1] if field.kind == "decimal" else Decimal(1)
    below = [field.low - step] if field.low is not None else []
    return below + ([field.high + step] if field.high is not None else [])


def _literal(field: FieldSpec, value: Decimal) -> str:
    if field.kind == "decimal":
        return f'"{value:f}"'
    return str(int(value)) if field.kind == "int" else str(float(value))
