"""The value that a new item has: copied from like items, or a sample."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.items import access, is_access, is_literal, named
from backwright.transfer.carry.likeness import Likeness, family
from backwright.transfer.carry.marks import MARK, code_of, fields_in, mark
from backwright.transfer.carry.rows import Rows
from backwright.transfer.carry.types import Facts, Import, Part, Piece, Writer
from backwright.values import Note

Values = Mapping[int, cst.BaseExpression]  # what an exemplar says of each of its fields
_TEXT = re.compile(r"""(?<![\w'])"([^"'\\\n]*)\"""")
SAMPLES = ("test", "factory", "fixture")
SAFE = ("str", "text", "email", "bool", "int")  # alike in Python and JSON
ECHOED = (*SAFE, "enum", "uuid", "date")  # come back in JSON as they were sent


@dataclass
class Work:
    """One part being carried over: what is known, and what was found on the way."""

    part: Part
    facts: Facts
    likeness: Likeness
    writer: Writer
    rows: Rows
    extends: bool = False  # the new fields come next to the old ones, which stay
    takers: frozenset[str] = frozenset()  # functions that take a field as a parameter
    imports: set[Import] = field(default_factory=set)
    borrowed: dict[str, None] = field(default_factory=dict)  # fixtures of the exemplar's module
    notes: list[Note] = field(default_factory=list)
    # references that are looked up, and the statements that do it, where another function can
    checked: dict[str, list[str]] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)  # tests by the field they are about now

    @property
    def has_samples(self) -> bool:
        """Values written down in this part are samples, free to be others."""
        return self.part.role in SAMPLES

    def note(self, line: int, text: str) -> None:
        """Tell a reviewer something about a line of the exemplar's file."""
        note = Note(self.part.path, self.part.line + line - 1, text)
        if note not in self.notes:
            self.notes.append(note)

    def name(self, number: int) -> str:
        """Return an old field's name; behind the last stand the columns that point to it.

        Behind those stand the new references, where a test lacks a row to point to.
        """
        fields = self.facts.fields
        if number > len(fields):
            return self.facts.new_fields[number - len(fields) - 1].column
        return fields[number].name if number < len(fields) else f"{self.facts.old.snake}_id"

    def note_marks(self, code: str, text: str) -> None:
        """Tell something about the first mark in a piece of code; `{}` is the field."""
        match = MARK.search(code)
        if match:
            line = int(match[1])
            said = self.part.code.splitlines()[line - 1].strip() if line else ""
            self.note(max(line, 1), f"{text.format(self.name(int(match[2])))}: {said}".rstrip(": "))

    def line_of(self, function: str) -> int:
        """Return the line on which a function, by its new name, is defined in the exemplar."""
        function = self.former.get(function, function)
        renaming = self.facts.renaming(self.part.code)
        for match in re.finditer(r"^\s*(?:async )?def (\w+)", self.part.code, re.MULTILINE):
            if renaming.identifier(match[1]) == function:
                return self.part.code.count("\n", 0, match.start(1)) + 1
        return 1

    def use(self, piece: Piece) -> str:
        """Return a piece's code, in the part's own quotes, and remember what it needs."""
        self.imports |= piece.imports
        return _TEXT.sub(r"'\1'", piece.code) if self._is_single else piece.code

    @property
    def _is_single(self) -> bool:
        code = self.part.code.replace('"""', "")
        return code.count("'") > code.count('"')


def value_of(
    work: Work,
    new: FieldSpec,
    values: Values,
    *,
    row: int = 0,
    json: bool = False,
    twin: bool = False,
) -> cst.BaseExpression | None:
    """Return the value of an item for a new field; None where the exemplar gives no way to one."""
    number = work.likeness.analog(new, values.keys())
    if number is None:
        return None
    value = values[number]
    if new.kind == "ref" and work.has_samples and not _reads_a_row(value):
        old = work.facts.fields[number]
        alike = work.facts.are_alike(new, old)
        return value if alike else sample(work, new, row, json=json)
    if is_literal(value):
        return sample(work, new, row, json=json, twin=twin)
    if fields_in(value) - {number} or not access(value, number):
        return _opaque(work, new, values, row=row, json=json)
    if _is_regular(value, number, values) or _is_alike(work, new, number):
        return _suited(named(value, {number: new.column}), new)
    found = access(value, number)
    return named(found, {number: new.column}) if found else None


def _reads_a_row(value: cst.BaseExpression) -> bool:
    """Tell whether a value is had from a row or a body, and not written down here."""
    return isinstance(value, cst.Attribute | cst.Subscript) and bool(fields_in(value))


def _is_alike(work: Work, new: FieldSpec, number: int) -> bool:
    return family(new.kind) == family(work.facts.fields[number].kind)


def _is_regular(value: cst.BaseExpression, number: int, values: Values) -> bool:
    """What is said alike of most fields is said of each: `body.title or item.title`."""
    if is_access(value, number):
        return True
    alike = [n for n, v in values.items() if _generic(v) == _generic(value)]
    return len(alike) > 1


def _generic(value: cst.BaseExpression) -> str:
    return MARK.sub("F", code_of(value))


def _opaque(
    work: Work, new: FieldSpec, values: Values, *, row: int, json: bool
) -> cst.BaseExpression | None:
    """A value that is computed: keep how text is made up in tests; else ask another field."""
    number = work.likeness.analog(new, values.keys())
    plain = {n: v for n, v in values.items() if access(v, n) and fields_in(v) == {n}}
    if plain:
        return value_of(work, new, plain, row=row, json=json)
    if not work.has_samples or number is None:
        return None
    value = values[number]
    free = new.kind in ("str", "text") and (new.high is None or new.high >= 100)
    if free and not fields_in(value) and work.facts.fields[number].kind in ("str", "text"):
        return value
    return sample(work, new, row, json=json)


def sample(
    work: Work, new: FieldSpec, row: int, *, json: bool, twin: bool = False
) -> cst.BaseExpression:
    """Return a sample value; of a reference, the id of a row that the test makes."""
    if new.kind == "ref" and work.has_samples:
        return cst.Name(parent_mark(work, new, json=json))
    if twin and new.unique:  # no value that is made up anew: it is expected elsewhere
        new = replace(new, unique=False)
    return cst.parse_expression(work.use(work.writer.sample(new, row, json=json)))


def parent_mark(work: Work, new: FieldSpec, *, json: bool) -> str:
    """Return the mark that stands for the id of a row that a reference points to."""
    columns = [f.column for f in work.facts.new_fields]
    return mark(0, len(work.facts.fields) + 1 + columns.index(new.column), "r" if json else "")


def _suited(value: cst.BaseExpression, new: FieldSpec) -> cst.BaseExpression:
    """Say `a if a is not None else b` where `a or b` would lose a false or a zero."""
    if not isinstance(value, cst.BooleanOperation) or not isinstance(value.operator, cst.Or):
        return value
    if family(new.kind) not in (family("bool"), family("int")):
        return value
    left, right = code_of(value.left), code_of(value.right)
    return cst.parse_expression(f"{left} if {left} is not None else {right}")


def made_in_tests(columns: Sequence[FieldSpec]) -> list[FieldSpec]:
    """Return the fields that a test's rows have: a reference that may be left out is left out."""
    return [f for f in columns if not (f.kind == "ref" and not f.required)]
