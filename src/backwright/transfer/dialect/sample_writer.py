"""Sample values for a host's tests: as they stand in JSON, and as a model's constructor takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Import
from backwright.transfer.dialect.bounds import largest_integer
from backwright.transfer.dialect.defaults import member, quoted
from backwright.transfer.dialect.facts import Dialect
from backwright.transfer.dialect.types import length_of, precision_of, target_of
from backwright.transfer.model import enum_class

_WORDS = ("First", "Second", "Third", "Fourth", "Fifth")
_DATES = ("2030-01-31", "2031-02-28", "2032-03-15", "2033-04-01", "2034-05-05")
_UUIDS = "00000000-0000-4000-8000-00000000000{}"
_WRONG = {
    "bool": '"perhaps"',
    "int": '"many"',
    "float": '"much"',
    "decimal": '"much"',
    "date": '"2030-02-31"',
    "datetime": '"yesterday"',
    "uuid": '"no-id"',
    "json": '"no object"',
    "email": '"no-address"',
    "url": '"no-url"',
    "enum": '"unheard-of"',
    "str": "None",
    "text": "None",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A value as an expression, and what it needs."""

    code: str
    imports: frozenset[Import] = frozenset()


def good(
    dialect: Dialect,
    names: Names,
    field: FieldSpec,
    which: int = 0,
    *,
    json: bool = True,
    linked: str | None = None,
) -> Sample:
    """Return a valid value; another `which` gives another one, where the bounds leave several.

    Args:
        dialect: the host's.
        names: of the resource.
        field: what was asked for.
        which: 0, 1, 2, …
        json: as it stands in a body or an answer, else as Python code gives it to the model.
        linked: an expression for the id of a row that is referred to.
    """
    if field.kind in ("ref", "many"):
        return _linked(dialect, names, field, linked, json=json)
    if field.unique and field.kind in ("str", "text", "email", "url", "uuid"):
        return _unique(dialect, field, json=json)
    if field.unique and json and field.kind in ("int", "float", "decimal", "date", "datetime"):
        return _unique_number(dialect, field)
    made = _MAKERS.get(field.kind, _text)(dialect, names, field, which)
    return _in_python(dialect, names, field, made) if not json else Sample(made)


def _linked(
    dialect: Dialect, names: Names, field: FieldSpec, linked: str | None, *, json: bool
) -> Sample:
    if field.kind == "many":
        one = _linked(dialect, names, replace(field, kind="ref"), linked, json=json)
        return Sample(f"[{one.code}]" if linked else "[]")
    kind = target_of(dialect, names, field).key_kind
    if linked:
        as_text = kind == "uuid" and json and not linked.startswith("str(")
        return Sample(f"str({linked})" if as_text else linked)
    if field.optional:
        return Sample("None")
    if kind == "uuid" and not json:
        return Sample(f'UUID("{_UUIDS.format(1)}")', frozenset({("uuid", "UUID")}))
    return Sample("1" if kind == "int" else f'"{_UUIDS.format(1)}"')


def _text(dialect: Dialect, _: Names, field: FieldSpec, which: int) -> str:
    words = f"{_WORDS[which % len(_WORDS)]} {field.name.replace('_', ' ')}"
    low, high = int(field.low or 0), length_of(dialect, field)
    if len(words) < low:
        words += "x" * (low - len(words))
    if high is not None and len(words) > high:
        words = words.replace(" ", "")[: max(high - 1, 0)] + str(which % 10)
    return quoted(words)


def _unique(dialect: Dialect, field: FieldSpec, *, json: bool) -> Sample:
    """A value that no other row has, however often a test makes one."""
    imports = frozenset({("uuid", "uuid4")})
    if field.kind == "uuid":
        return Sample("str(uuid4())" if json else "uuid4()", imports)
    if field.kind == "email":
        return Sample('f"{uuid4().hex}@example.com"', imports)
    if field.kind == "url":
        return Sample('f"https://example.com/{uuid4().hex}"', imports)
    low, high = int(field.low or 0), length_of(dialect, field)
    digits = 32 if high is None else min(32, high)
    padding = f' + "{"x" * (low - digits)}"' if low > digits else ""
    code = "uuid4().hex" if digits == 32 else f"uuid4().hex[:{digits}]"
    return Sample(code + padding, imports)


def _unique_number(dialect: Dialect, field: FieldSpec) -> Sample:
    """A number or time that hardly any other row has, within the bounds."""
    uuid4 = frozenset({("uuid", "uuid4")})
    if field.kind in ("date", "datetime"):
        days = "timedelta(days=uuid4().int % 20_000)"
        zone = ", tzinfo=timezone.utc" if dialect.gives_zones else ""
        time = f"datetime(2030, 1, 1{zone})"
        start = "date(2030, 1, 1)" if field.kind == "date" else time
        names = {field.kind, "timedelta"} | ({"timezone"} if "timezone" in start else set())
        return Sample(f"({start} + {days}).isoformat()", uuid4 | {("datetime", n) for n in names})
    low = field.low if field.low is not None else Decimal(1)
    high = _highest(field)
    most = 10**9 if high is None else max(int(high - low), 1)
    code = f"uuid4().int % {min(most, 10**9)}"
    code = f"{int(low)} + {code}" if low else code
    if field.kind == "decimal" and dialect.schema.pydantic > 1:
        zeros = "0" * precision_of(field)[1]
        return Sample(f'f"{{{code}}}.{zeros}"' if zeros else f"str({code})", uuid4)
    return Sample(f"float({code})" if field.kind != "int" else code, uuid4)


def _email(_: Dialect, __: Names, ___: FieldSpec, which: int) -> str:
    return quoted(f"{_WORDS[which % len(_WORDS)].lower()}@example.com")


def _url(_: Dialect, __: Names, ___: FieldSpec, which: int) -> str:
    return quoted(f"https://example.com/{_WORDS[which % len(_WORDS)].lower()}")


def _bool(_: Dialect, __: Names, field: FieldSpec, which: int) -> str:
    first = not (field.default or False)
    return str(first if which % 2 == 0 else not first)


def _enum(_: Dialect, __: Names, field: FieldSpec, which: int) -> str:
    return quoted(field.values[which % len(field.values)])


def _date(_: Dialect, __: Names, ___: FieldSpec, which: int) -> str:
    return quoted(_DATES[which % len(_DATES)])


def _datetime(dialect: Dialect, _: Names, __: FieldSpec, which: int) -> str:
    zone = "" if not dialect.gives_zones else "Z" if dialect.schema.pydantic > 1 else "+00:00"
    return quoted(f"{_DATES[which % len(_DATES)]}T12:00:00{zone}")


def _uuid(_: Dialect, __: Names, ___: FieldSpec, which: int) -> str:
    return quoted(_UUIDS.format(which % 9 + 1))


def _json(_: Dialect, __: Names, ___: FieldSpec, which: int) -> str:
    return ('{"color": "blue"}', '{"color": "green", "sizes": [1, 2]}')[which % 2]


def _number(dialect: Dialect, _: Names, field: FieldSpec, which: int) -> str:
    value = _value(field, which)
    if field.kind == "int":
        return str(int(value))
    if field.kind == "decimal":
        scale = precision_of(field)[1]
        text = f"{value:.{scale}f}"
        return quoted(text) if dialect.schema.pydantic > 1 else str(float(text))
    return str(float(value))


def _value(field: FieldSpec, which: int) -> Decimal:
    step = Decimal(1) if field.kind == "int" else Decimal("0.5")
    low, high = field.low, _highest(field)
    start = low if low is not None else min(Decimal(1), high if high is not None else Decimal(1))
    return start + step * which if high is None else min(start + step * which, high)


def _highest(field: FieldSpec) -> Decimal | None:
    if field.kind != "decimal":
        return field.high
    precision, scale = precision_of(field)
    largest = Decimal(10) ** (precision - scale) - Decimal(10) ** -scale
    return min(field.high, largest) if field.high is not None else largest


_MAKERS = {
    "str": _text,
    "text": _text,
    "email": _email,
    "url": _url,
    "bool": _bool,
    "enum": _enum,
    "date": _date,
    "datetime": _datetime,
    "uuid": _uuid,
    "json": _json,
    "int": _number,
    "float": _number,
    "decimal": _number,
}


def _in_python(dialect: Dialect, names: Names, field: FieldSpec, made: str) -> Sample:
    """Return a JSON value as Python code gives it to the model."""
    text = made.strip('"')
    if field.kind == "enum" and dialect.enum.form not in ("plain", "Literal"):
        return Sample(f"{enum_class(names, field)}.{member(dialect, text)}")
    if field.kind == "date":
        return Sample(f"date.fromisoformat({made})", frozenset({("datetime", "date")}))
    if field.kind == "datetime":
        code = made.replace("Z", "+00:00")
        return Sample(f"datetime.fromisoformat({code})", frozenset({("datetime", "datetime")}))
    if field.kind == "uuid":
        return Sample(f"UUID({made})", frozenset({("uuid", "UUID")}))
    if field.kind == "decimal":
        return Sample(f'Decimal("{text}")', frozenset({("decimal", "Decimal")}))
    return Sample(made)


def bad(dialect: Dialect, field: FieldSpec) -> tuple[str, ...]:
    """Return JSON values that the schemas refuse; what is only just wrong comes first."""
    values: list[str] = []
    length = length_of(dialect, field)
    if field.kind in ("str", "text"):
        values += ['""' if field.low == 1 else f'"n" * {int(field.low) - 1}'] if field.low else []
        values += [f'"n" * {length + 1}'] if length is not None else []
    if field.kind in ("int", "float", "decimal"):
        values += _outside(dialect, field)
    values += [_WRONG[field.kind]] if field.kind in _WRONG else []
    return tuple(v for v in values if not (v == "None" and field.optional))


def _outside(dialect: Dialect, field: FieldSpec) -> list[str]:
    beyond = [
        b
        for b in (
            field.low - 1 if field.low is not None else None,
            field.high + 1 if field.high is not None else None,
        )
        if b is not None
    ]
    if field.kind == "int":
        open_ended = field.high is None
        return [str(int(b)) for b in beyond] + (
            [str(largest_integer(dialect) + 1)] if open_ended else []
        )
    return [f'"{b:f}"' if field.kind == "decimal" else str(float(b)) for b in beyond]
