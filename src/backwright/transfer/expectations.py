"""What the tests of a resource expect of its fields, stated in the tests and not read from schemas.

A test module in the house style has these constants at its top; each is filled from what was asked.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from backwright.source.brackets import appended
from backwright.source.text import Splice, splice
from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Import
from backwright.transfer.model import digits
from backwright.transfer.samples import bad, bad_imports, edges, edges_imports
from backwright.transfer.schema import filter_fields, quoted, sort_options

Fields = Sequence[FieldSpec]


def filled(code: str, names: Names, fields: Fields) -> str:
    """Return a test module whose expectations are those of a new resource."""
    splices = []
    for name, value in _constants(code):
        items = [*_ALWAYS.get(name, ()), *_EXPECTED[name](names, fields)]
        before = code.splitlines()[value.lineno - 1].encode()[: value.col_offset].decode()
        text = f"{before}{_bracketed(value, items)}\n"
        splices.append(Splice(value.lineno, (value.end_lineno or value.lineno) + 1, text))
    return splice(code, splices)


def _bracketed(value: ast.List | ast.Dict, items: Sequence[str]) -> str:
    """Names stand in a row, pairs one below the other."""
    left, right = ("{", "}") if isinstance(value, ast.Dict) else ("[", "]")
    if not items or not any(":" in item for item in items):
        return f"{left}{', '.join(items)}{right}"
    lines = "".join(f"    {item},\n" for item in items)
    return f"{left}\n{lines}{right}"


def extended(code: str, names: Names, fields: Fields) -> str:
    """Return a test module that expects new fields of its resource, too."""
    for name, value in reversed(list(_constants(code))):
        code = appended(code, value, _EXPECTED[name](names, fields))
    return code


def expected_imports(fields: Fields) -> set[Import]:
    """Return what the expectations of fields need."""
    return set[Import]().union(*(bad_imports(f) | edges_imports(f) for f in fields))


def _constants(code: str) -> Iterator[tuple[str, ast.List | ast.Dict]]:
    for node in ast.parse(code).body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        if node.target.id in _EXPECTED and isinstance(node.value, ast.List | ast.Dict):
            yield node.target.id, node.value


def _required(_: Names, fields: Fields) -> list[str]:
    return [quoted(f.column) for f in fields if f.required]


def _nullable(_: Names, fields: Fields) -> list[str]:
    return [quoted(f.column) for f in fields if f.optional]


def _filters(names: Names, fields: Fields) -> list[str]:
    """All but a link to the resource itself, which the samples do not have: tests count rows."""
    made = {d.name for f in fields if f.target != names.pascal for d in filter_fields(names, f)}
    return [quoted(f.column) for f in fields if f.column in made]


def _ranges(names: Names, fields: Fields) -> list[str]:
    taken = {f.column for f in fields}
    made = {d.name for f in fields for d in filter_fields(names, f, taken)}
    bounds = [(f, {f"{f.column}_min", f"{f.column}_max"}) for f in fields]
    return [quoted(f.column) for f, names_of_both in bounds if names_of_both <= made - taken]


def _sorts(_: Names, fields: Fields) -> list[str]:
    return [quoted(option) for option in sort_options(fields)]


def _bounds(_: Names, fields: Fields) -> list[str]:
    return [f'{{"{f.column}": {value}}}' for f in fields for value in edges(f)]


def _invalid(_: Names, fields: Fields) -> list[str]:
    return [f'{{"{f.column}": {value}}}' for f in fields for value in bad(f)]


def _defaults(_: Names, fields: Fields) -> list[str]:
    """The default of each field, but for those that depend on when the row is made."""
    moving = ("now", "today")
    return [
        f'"{f.column}": {_default(f)}'
        for f in fields
        if not f.required and not (f.kind in ("date", "datetime") and f.default in moving)
    ]


def _default(field: FieldSpec) -> str:
    """A default as JSON gives it back."""
    if field.kind == "many":
        return "[]"
    if field.default is None:
        return "None"
    return _AS_JSON.get(field.kind, _literal)(field)


def _literal(field: FieldSpec) -> str:
    default = field.default
    return quoted(default) if isinstance(default, str) else repr(default)


def _decimal(field: FieldSpec) -> str:
    return f'"{Decimal(str(field.default)):.{digits(field)[1]}f}"'


def _moment(field: FieldSpec) -> str:
    moment = datetime.fromisoformat(str(field.default))
    in_utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return quoted(in_utc.isoformat().replace("+00:00", "Z"))


_AS_JSON: dict[str, Callable[[FieldSpec], str]] = {
    "decimal": _decimal,
    "datetime": _moment,
    "json": lambda field: repr(json.loads(str(field.default))),
}
_ALWAYS = {"SORTS": ('"created_at"', '"-created_at"')}
_EXPECTED: dict[str, Callable[[Names, Fields], list[str]]] = {
    "REQUIRED": _required,
    "DEFAULTS": _defaults,
    "NULLABLE": _nullable,
    "FILTERS": _filters,
    "RANGES": _ranges,
    "SORTS": _sorts,
    "BOUNDS": _bounds,
    "INVALID": _invalid,
}
