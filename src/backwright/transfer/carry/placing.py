"""Placing: in which classes each new field is declared.

A new field is declared in each class that declares the old field that it is most like, and by
inheritance in no class twice; what makes, changes and shows a row has every field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import libcst as cst

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.handlers import Handler, handlers_in
from backwright.transfer.carry.likeness import Likeness
from backwright.transfer.carry.marks import MARK, code_of, field_of
from backwright.transfer.carry.types import Facts, Part, Role

# What a class is for shows in the words of its name, the telling ones first.
_ROLE_WORDS: tuple[tuple[str, Role], ...] = (
    ("response|out|public|read|detail|details|db", "public"),
    ("filter|filters|query|params|search", "filter"),
    ("update|patch|edit|modify|change|put", "update"),
    ("create|creation|add|new|insert|post|register", "create"),
    ("request|in|body|payload", "create"),
    ("show|view|single|list|return|result|info", "public"),
    ("base|shared|common", "base"),
)
_WHOLE: tuple[Role, ...] = ("create", "update", "public")


@dataclass(frozen=True)
class Shape:
    """A class that declares fields: where, its bases, which old fields it declares.

    `nested` are the references of which it has the row itself, and not the id. `aim` is what it is for, `role` how it declares: one that changes rows may ask for all fields.
    """

    path: str
    name: str
    bases: tuple[str, ...]
    role: Role
    aim: Role
    numbers: frozenset[int]
    nested: frozenset[int]
    is_table: bool
    is_named: bool  # after what it is for
    alone: Role  # what it is for where it is called a base and is none

    @property
    def key(self) -> str:
        """Models and schemas may share a name: `models.Post`, `schemas.Post`."""
        return f"{self.path}:{self.name}"


Placement = Mapping[str, tuple[Role, tuple[FieldSpec, ...]]]


def shapes_of(parts: Iterable[tuple[Part, cst.Module]], facts: Facts) -> dict[str, Shape]:
    """Return the classes of marked trees that declare fields, or inherit them."""
    found: dict[str, Shape] = {}
    parts = list(parts)
    handlers = [h for part, tree in parts if part.role == "routes" for h in handlers_in(tree)]
    taken = {name for h in handlers if h.method != "get" for name in _taken(h)}
    sought = {name for h in handlers if h.method == "get" for name in _taken(h)} - taken
    given = {name for h in handlers for name in _given(h)}
    for part, tree in parts:
        if part.role in ("test", "factory", "fixture"):
            continue
        for node in tree.body:
            if isinstance(node, cst.ClassDef):
                name = node.name.value
                shape = _shape(part, node, facts, taken=name in taken, given=name in given)
                if name in sought and not shape.is_table:
                    shape = replace(shape, role="filter", aim="filter")
                found[shape.key] = shape
    found = {k: s for k, s in found.items() if _inherited(s, found) or s.is_table}
    return {k: _in_family(s, found) for k, s in found.items()}


def presence(shapes: Mapping[str, Shape], facts: Facts) -> tuple[int, ...]:
    """Return, for each old field, how many classes declare it."""
    numbers = range(len(facts.fields))
    return tuple(sum(n in s.numbers for s in shapes.values()) for n in numbers)


def place(likeness: Likeness, shapes: Mapping[str, Shape]) -> Placement:
    """Return, by class, its role and the new fields that it declares."""
    placed = {key: list[FieldSpec]() for key in shapes}
    for new in likeness.facts.new_fields:
        number = likeness.analog(new)
        is_like = number is not None and likeness.suits(new, number)
        for key, shape in shapes.items():
            if new.kind != "many" and _loosens(shape, shapes, likeness.facts):
                placed[key] += [] if new.optional else [new]
            elif is_like and number in shape.numbers:
                placed[key].append(new)
        for key, shape in shapes.items():
            known = any(new in placed[a] for a in _ancestry(shape, shapes))
            if is_like and number in shape.nested and not known and not shape.is_table:
                placed[key].append(new)
        for key in _partial(new, likeness, shapes, placed):
            placed[key].append(new)
        for key in _lacking(new, shapes, placed):
            placed[key].append(new)
    return {key: (shape.role, tuple(_own(shape, shapes, placed))) for key, shape in shapes.items()}


def _loosens(shape: Shape, shapes: Mapping[str, Shape], facts: Facts) -> bool:
    """Tell whether a class inherits all fields, and only lets those be left out that must be given."""
    given = {i for i, f in enumerate(facts.fields) if f.kind != "many" and not f.nullable}
    inherited = frozenset().union(*(a.numbers for a in _ancestors(shape, shapes)))
    may_lack = {i for i, f in enumerate(facts.fields) if f.nullable}
    is_heir = given | may_lack <= inherited and bool(may_lack)
    return shape.role == "update" and is_heir and shape.numbers == given


def _own(
    shape: Shape, shapes: Mapping[str, Shape], placed: Mapping[str, list[FieldSpec]]
) -> list[FieldSpec]:
    """Return the fields that a class has not got from another that answers with rows, or as a table."""
    above = [
        a
        for a in _ancestors(shape, shapes)
        if a.role == shape.role == "public" or (shape.is_table and a.role == "shared")
    ]
    return [f for f in placed[shape.key] if not any(f in placed[a.key] for a in above)]


def _partial(
    new: FieldSpec,
    likeness: Likeness,
    shapes: Mapping[str, Shape],
    placed: Mapping[str, list[FieldSpec]],
) -> list[str]:
    """Return the classes that have nearly all of the exemplar's fields: they get all new ones."""
    if new.kind == "many":
        return []
    wanted: list[str] = []
    for key in sorted(shapes, key=lambda k: len(_ancestors(shapes[k], shapes))):
        shape = shapes[key]
        has = any(new in placed[a] or a in wanted for a in _ancestry(shape, shapes))
        whole = likeness.is_whole(_inherited(shape, shapes))
        if shape.aim in _WHOLE and not shape.is_table and whole and not has:
            wanted.append(key)
    return wanted


def with_reads(
    placement: Placement, shapes: Mapping[str, Shape], reads: Iterable[tuple[str, FieldSpec]]
) -> Placement:
    """Return a placement in which each class has the fields that code reads of it.

    Args:
        placement: what each class declares.
        shapes: the classes.
        reads: pairs of a class's name and a field.
    """
    made = dict(placement)
    for name, new in reads:
        keys = [k for k, s in shapes.items() if s.name == name]
        if not keys or any(new in made[a][1] for k in keys for a in _ancestry(shapes[k], shapes)):
            continue
        role, fields = made[keys[0]]
        made[keys[0]] = (role, (*fields, new))
    return made


def _lacking(
    new: FieldSpec, shapes: Mapping[str, Shape], placed: Mapping[str, list[FieldSpec]]
) -> list[str]:
    """Return the classes that a field must be added to, so that rows can be made and seen whole."""
    has = {k for k, s in shapes.items() if any(new in placed[a] for a in _ancestry(s, shapes))}
    added = [k for k, s in shapes.items() if s.is_table and k not in has]
    if new.kind != "many" and any(shapes[k].role == "shared" for k in shapes):
        added = _shared_instead(added, shapes)
    for role in _WHOLE:
        kin = {k: s for k, s in shapes.items() if s.aim == role and not s.is_table}
        if kin and not has & kin.keys() and not _reached(kin, added, shapes):
            added.append(max(kin, key=lambda k: len(_inherited(kin[k], shapes))))
    return list(dict.fromkeys(added))


def _shared_instead(added: list[str], shapes: Mapping[str, Shape]) -> list[str]:
    """A table that has its columns from a shared base gets new ones there, too."""
    return [
        next((b.key for b in _ancestors(shapes[k], shapes) if b.role == "shared"), k) for k in added
    ]


def _reached(kin: Mapping[str, Shape], added: Iterable[str], shapes: Mapping[str, Shape]) -> bool:
    return any(a in added for s in kin.values() for a in _ancestry(s, shapes))


def _ancestry(shape: Shape, shapes: Mapping[str, Shape]) -> list[str]:
    return [shape.key, *(a.key for a in _ancestors(shape, shapes))]


def _ancestors(shape: Shape, shapes: Mapping[str, Shape]) -> list[Shape]:
    found: list[Shape] = []
    for base in shape.bases:
        near = shapes.get(f"{shape.path}:{base}")
        parent = near or next((s for s in shapes.values() if s.name == base), None)
        if parent and parent is not shape and parent not in found:
            found += [parent, *_ancestors(parent, shapes)]
    return found


def _inherited(shape: Shape, shapes: Mapping[str, Shape]) -> frozenset[int]:
    kin = [shape, *_ancestors(shape, shapes)]
    return frozenset().union(*(s.numbers | s.nested for s in kin))


def _in_family(shape: Shape, shapes: Mapping[str, Shape]) -> Shape:
    """A base that a table inherits is shared by the table and its schemas."""
    children = [s for s in shapes.values() if shape in _ancestors(s, shapes)]
    if any(c.is_table for c in children) and not shape.is_table:
        return replace(shape, role="shared")
    if shape.role == "base" and not children:
        return replace(shape, role=shape.alone, aim=shape.alone)
    unnamed = not shape.is_named and not shape.is_table
    return replace(shape, role="base") if unnamed and children else shape


def _taken(handler: Handler) -> Iterator[str]:
    """Yield the names in the types of what a handler takes: those of bodies are among them."""
    for param in handler.params:
        yield from re.findall(r"\w+", code_of(param.annotation) if param.annotation else "")


def _given(handler: Handler) -> Iterator[str]:
    """Yield the names in the types of what a handler answers with."""
    returned = handler.node.returns
    said = (handler.option("response_model") or "", code_of(returned) if returned else "")
    yield from re.findall(r"\w+", " ".join(said))


def _shape(part: Part, node: cst.ClassDef, facts: Facts, *, taken: bool, given: bool) -> Shape:
    numbers = {n for s in node.body.body if (n := declared(s)) is not None and not is_nested(s)}
    nested = {n for s in node.body.body if (n := declared(s)) is not None and is_nested(s)}
    code = code_of(node)
    head = code.partition(":\n")[0]
    is_table = "__tablename__" in code or re.search(r"table\s*=\s*True", head) is not None
    is_table = is_table or (
        part.role == "model"
        and re.search(r"\b(?:(?:Column|mapped_column)\(|Mapped\[)", code) is not None
    )
    role: Role | None = "model" if is_table else _role_by_name(node.name.value, facts.new.pascal)
    shown = any(re.search(rf"^\s+{s}\s*:", code, re.MULTILINE) for s in facts.structural)
    shown = shown or (not taken and ("from_attributes" in code or "orm_mode" in code))
    alone: Role = "public" if shown and (given or not taken) else "create"
    role = role or alone
    if role == "public" and taken and _may_all_be_left_out(node):
        role = "update"  # what is shown is what is sent to change it, whatever its name
    bases = tuple(code_of(b.value).rpartition(".")[2] for b in node.bases)
    aim = role
    if role == "update" and not re.search(r"None|Optional", _declarations(node)):
        role = "create"
    is_named = _role_by_name(node.name.value, facts.new.pascal) is not None
    return Shape(
        part.path,
        node.name.value,
        bases,
        role,
        aim,
        frozenset(numbers),
        frozenset(nested),
        is_table,
        is_named,
        alone,
    )


def _may_all_be_left_out(node: cst.ClassDef) -> bool:
    """Tell whether a class declares fields of the exemplar, and each of them as optional."""
    told = [code_of(s) for s in node.body.body if declared(s) is not None]
    return bool(told) and all(re.search(r"\bNone\b|\bOptional\b", one) for one in told)


def _declarations(node: cst.ClassDef) -> str:
    return "".join(code_of(s) for s in node.body.body if declared(s) is not None) or "None"


def declared(statement: cst.CSTNode) -> int | None:
    """Return the old field that a statement of a class declares."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return None
    small = statement.body[0]
    if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
        named = field_of(small.target.value)
        aliased = re.search(rf"alias\s*=\s*[\"']({MARK.pattern})[\"']", code_of(small))
        return field_of(aliased[1]) if named is None and aliased else named
    if isinstance(small, cst.Assign) and isinstance(small.targets[0].target, cst.Name):
        return field_of(small.targets[0].target.value)
    return None


def is_nested(statement: cst.CSTNode) -> bool:
    """Tell whether a declaration is of a row of another model (or of several)."""
    match = MARK.search(code_of(statement))
    return match is not None and bool(match[4])


def _role_by_name(name: str, noun: str) -> Role | None:
    name = name.replace(noun, "")  # a `Post` that is read makes none
    words = {w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}
    for pattern, role in _ROLE_WORDS:
        if any(re.fullmatch(pattern, word) for word in words):
            return role
    return None
