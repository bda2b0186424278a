"""Likeness: which new field takes the place of which old one, for what purpose.

Each new field has an *analog*, the exemplar's field that it is most like, and is spoken of
wherever that one is. Where code speaks of one field alone (a filter, a check that a value is
free, a name in a message) the old field needs one natural successor, or there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.types import Facts, OldField

_SAME_KEY = 100  # more than any other likeness
_TEXTS = frozenset({"str", "text"})
_PLAIN = ("str", "text", "email", "int", "bool")
_FAMILIES = (
    ("str", "text", "email", "url"),
    ("int", "float", "decimal"),
    ("date", "datetime"),
    ("bool",),
    ("enum",),
    ("uuid",),
    ("ref",),
    ("many",),
    ("json",),
)


def family(kind: str | None) -> int:
    """Return the number of a kind's family: kinds that code treats alike."""
    return next((i for i, kinds in enumerate(_FAMILIES) if kind in kinds), -1)


@dataclass(frozen=True)
class Likeness:
    """The relation of new fields to old ones; `presence` counts the places that name an old one."""

    facts: Facts
    presence: tuple[int, ...]

    @cached_property
    def columns(self) -> tuple[FieldSpec, ...]:
        """The new fields that are columns."""
        return tuple(f for f in self.facts.new_fields if f.kind != "many")

    @cached_property
    def links(self) -> tuple[FieldSpec, ...]:
        """The new fields that point to rows of other models."""
        return tuple(f for f in self.facts.new_fields if f.kind in ("ref", "many"))

    def suits(self, new: FieldSpec, number: int) -> bool:
        """Tell whether a new field may stand wherever an old one does: a link is like links only."""
        return self._rank(new, self.facts.fields[number]) > -2

    def analog(self, new: FieldSpec, among: Collection[int] | None = None) -> int | None:
        """Return the old field that a new one is most like, of some or of all."""
        numbers = range(len(self.facts.fields)) if among is None else sorted(among)
        ranked = [(self._rank(new, self.facts.fields[n]), self.presence[n], -n, n) for n in numbers]
        return max(ranked)[-1] if ranked else None

    def _rank(self, new: FieldSpec, old: OldField) -> int:
        """A link is never like plain data, nor the other way round."""
        if (new.kind == "many") != (old.kind == "many"):
            return -2
        if (new.kind == "ref") != (old.kind == "ref"):
            return -1
        if family(new.kind) != family(old.kind):
            return 0
        if new.kind not in ("ref", "many") and self.keys.get(self.facts.fields.index(old)) == new:
            return _SAME_KEY
        alike = 2 + 2 * (new.name == old.name) + (new.kind == old.kind)
        return 2 * alike + (new.optional == old.nullable)

    def is_whole(self, numbers: Collection[int]) -> bool:
        """Tell whether code that names these old fields names them as all the fields."""
        data = [i for i, f in enumerate(self.facts.fields) if f.kind not in ("ref", "many")]
        data = data or [i for i, f in enumerate(self.facts.fields) if f.kind != "many"]
        named = [i for i in data if i in numbers]
        required = [i for i in data if self.facts.fields[i].required]
        if not named:
            return False
        return 2 * len(named) >= len(data) or set(required) <= set(named)

    def is_row(self, numbers: Collection[int]) -> bool:
        """Tell whether a row may be made of these old fields: none that is required is missing."""
        required = [i for i, f in enumerate(self.facts.fields) if f.required and f.kind != "ref"]
        return self.is_whole(numbers) and set(required) <= set(numbers)

    def is_all(self, numbers: Collection[int]) -> bool:
        """Tell whether these are all the old fields but references."""
        data = {i for i, f in enumerate(self.facts.fields) if f.kind not in ("ref", "many")}
        return data <= set(numbers)

    @cached_property
    def keys(self) -> Mapping[int, FieldSpec]:
        """The new fields that rows are found by, as they are by old ones: unique, and alike."""
        found: dict[int, FieldSpec] = {}
        for number, old in enumerate(self.facts.fields):
            if not old.unique or old.kind in ("ref", "many"):
                continue
            free = [f for f in self.columns if f.unique and f not in found.values()]
            alike = [f for f in free if f.kind == old.kind or {f.kind, old.kind} <= _TEXTS]
            if alike:
                found[number] = min(alike, key=lambda f: f.name != old.name)
        return found

    def same(self, number: int) -> FieldSpec | None:
        """Return the new field of the same name and family, if there is one."""
        old = self.facts.fields[number]
        return next(
            (
                f
                for f in self.facts.new_fields
                if old.name in (f.name, f.column) and family(f.kind) == family(old.kind)
            ),
            None,
        )

    def natural(self, number: int) -> FieldSpec | None:
        """Return the one new field that a filter by the old one may filter by."""
        return self.same(number) or _only(
            [f for f in self.columns if f.kind == self.facts.fields[number].kind],
            [f for f in self.columns if family(f.kind) == family(self.facts.fields[number].kind)],
        )

    def successor(self, number: int) -> FieldSpec | None:
        """Return the field that a test of the old one alone is about now: plain and alike."""
        return self._successors.get(number)

    @cached_property
    def _successors(self) -> dict[int, FieldSpec]:
        """No two old fields have the same successor: their tests would be the same."""
        found: dict[int, FieldSpec] = {}
        for number, old in enumerate(self.facts.fields):
            kind = family(old.kind)
            free = [f for f in self.columns if f not in found.values()]
            if old.target:
                free = [f for f in free if self.facts.are_alike(f, old)]
            else:
                free = [f for f in free if f.kind in _PLAIN]
            same = self.keys.get(number) or self.same(number)
            chosen = min(
                free, key=lambda f: (f != same, family(f.kind) != kind, f.unique), default=None
            )
            if chosen is not None:
                found[number] = chosen
        return found

    def unique(self, number: int) -> FieldSpec | None:
        """Return the new field whose values are to be free, as the old one's were."""
        same = self.keys.get(number) or self.same(number)
        if same and same.unique:
            return same
        found = [f for f in self.columns if f.unique]
        alike = [f for f in found if family(f.kind) == family(self.facts.fields[number].kind)]
        return next(iter(alike or found), None)

    def label(self) -> FieldSpec | None:
        """Return the field that a row is called by in messages."""
        texts = [f for f in self.columns if f.kind == "str"]
        texts += [f for f in self.columns if f.kind in ("text", "email", "url")]
        return texts[0] if texts else None


def keys_of(facts: Facts) -> dict[str, str]:
    """Return the fields that rows are found by, and what the new ones are called."""
    keys = Likeness(facts, ()).keys
    return {facts.fields[number].name: new.column for number, new in keys.items()}


def _only(*choices: Sequence[FieldSpec]) -> FieldSpec | None:
    return next((c[0] for c in choices if len(c) == 1), None)
