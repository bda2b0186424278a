"""Both sides of the references and many-to-manys of a resource: attributes to read and join by."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from backwright.spec.names import Names, singularize
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.transfer.declaration import Import
from backwright.transfer.model import Target, link_class, link_word

OWNER = "owner_id"


@dataclass(frozen=True, slots=True)
class Member:
    """A relationship attribute: on which class, what it is called, its code."""

    owner: str
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the new tables stand among.

    `targets` are the models that can be referred to, by class name; `taken` the attributes that
    each of them has already; `owned` tells whether the new rows belong to a user, if the project
    `has_users` at all; `current_time` is what it gives times by on the server, and where that is;
    `later` are the models that stand behind the rows' own.
    """

    targets: Mapping[str, Target]
    taken: Mapping[str, Collection[str]]
    owned: bool
    has_users: bool = True
    current_time: Import = ("sqlalchemy", "func")
    later: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Mirror:
    """A many-to-many as its other side sees it: the model there, its attribute, its filter."""

    field: FieldSpec
    target: Target
    relationship: str

    @property
    def filter(self) -> str:
        """What a list of the other side is filtered by: `task_ids` of `tasks`."""
        return f"{singularize(self.relationship) or self.relationship}_ids"


def relationships(spec: ResourceSpec, around: Surroundings) -> list[Member]:
    """Return both sides of every reference and many."""
    return [
        member
        for field, target, back in _pairs(spec, around)
        for member in _sides(spec.names, field, target, back, around)
    ]


def mirrors(spec: ResourceSpec, around: Surroundings) -> list[Mirror]:
    """Return what the other sides of the many-to-manys are called there."""
    return [
        Mirror(field, target, back)
        for field, target, back in _pairs(spec, around)
        if field.kind == "many"
    ]


def _pairs(spec: ResourceSpec, around: Surroundings) -> Iterator[tuple[FieldSpec, Target, str]]:
    """Yield each field that refers, the model it refers to, and what that calls the new rows."""
    taken = {name: set(attributes) for name, attributes in around.taken.items()}
    taken.setdefault(spec.names.pascal, set()).update(
        name for field in spec.fields for name in (field.name, field.column)
    )
    for field in spec.fields:
        target = around.targets.get(str(field.target))
        if target is not None:
            names = taken.setdefault(target.names.pascal, set())
            yield field, target, _free_name(spec.names, field, names)


def _free_name(names: Names, field: FieldSpec, taken: set[str]) -> str:
    """Return what the other side calls the new rows: `reviews`, or `author_reviews` if taken.

    A row of their own kind is the `parent_of` others.
    """
    plain = (names.plural_snake, f"{field.name}_{names.plural_snake}")
    candidates = (f"{field.name}_of",) if field.target == names.pascal else plain
    for name in candidates:
        if name not in taken:
            taken.add(name)
            return name
    number = 2
    while f"{candidates[-1]}_{number}" in taken:
        number += 1
    taken.add(f"{candidates[-1]}_{number}")
    return f"{candidates[-1]}_{number}"


def _sides(
    names: Names, field: FieldSpec, target: Target, back: str, around: Surroundings
) -> tuple[Member, Member]:
    here, there = names.pascal, target.names.pascal
    later = there in around.later or there == here
    named = f'"{there}"' if later else there
    if field.kind == "many":
        annotation = f"list[{named}]"
        near, far = _by_link(names, field, target, around)
    else:
        maybe = f"Optional[{named}]" if later else f"{named} | None"  # `"Tag" | None` is no type
        annotation = maybe if field.optional else named
        near, far = _by_key(names, field, target, around)
    return (
        Member(
            here,
            field.name,
            f'{field.name}: {annotation} = Relationship(back_populates="{back}", {near})',
        ),
        Member(
            there,
            back,
            f'{back}: list["{here}"] = Relationship(back_populates="{field.name}", {far})',
        ),
    )


def _by_key(
    names: Names, field: FieldSpec, target: Target, around: Surroundings
) -> tuple[str, str]:
    """Say by which key both sides join; of two rows of a kind, also which one it leads to."""
    here = names.pascal
    keys, remote = f"{here}.{field.column}", f"{here}.id"
    if around.owned and target.owned:
        keys = f"[{here}.{OWNER}, {keys}]"
        remote = f"[{here}.{OWNER}, {remote}]"
    options = f'**READ_ONLY, "foreign_keys": "{keys}"'
    far = f"sa_relationship_kwargs={{{options}}}"
    if target.names != names:
        return far, far
    return f'sa_relationship_kwargs={{{options}, "remote_side": "{remote}"}}', far


def _by_link(
    names: Names, field: FieldSpec, target: Target, around: Surroundings
) -> tuple[str, str]:
    """Say by which link table both sides join; of two rows of a kind, also by which column each."""
    link = link_class(names, field)
    if target.names != names:
        rest = f"link_model={link}, sa_relationship_kwargs=READ_ONLY"
        return rest, rest
    one, other = (
        _join(names, link, column, around)
        for column in (f"{names.snake}_id", f"{link_word(field)}_id")
    )
    return tuple(  # type: ignore[return-value]
        f"link_model={link}, sa_relationship_kwargs="
        f'{{**READ_ONLY, "primaryjoin": {first}, "secondaryjoin": {second}}}'
        for first, second in ((one, other), (other, one))
    )


def _join(names: Names, link: str, column: str, around: Surroundings) -> str:
    key = f"{names.pascal}.id == {link}.{column}"
    if not around.owned:
        return f'"{key}"'
    return f'("and_({names.pascal}.{OWNER} == {link}.{OWNER}, " "{key})")'
