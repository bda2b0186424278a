"""Relationships on both sides, link tables and enums in a host's words."""

from __future__ import annotations

from dataclasses import dataclass

from backwright.spec.names import Names, article, names_of
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Declaration, Definition, Import
from backwright.transfer.dialect.defaults import member, quoted
from backwright.transfer.dialect.facts import Dialect, Home, Partner, RelationHabit
from backwright.transfer.dialect.spelling import Spelling
from backwright.transfer.dialect.types import key_type, may_be_none, target_of
from backwright.transfer.model import enum_class, link_class, link_word


@dataclass(frozen=True, slots=True)
class Sides:
    """A relationship's two sides; None where the host has none there."""

    near: Declaration | None = None
    far: Declaration | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    """One side: what it is called, whom it leads to, how many.

    `file` is where it is declared, or the like of that. `is_near` tells that it is the new
    model's: the link table is known there, it stands above it or is imported from `link_module`,
    and its rows are read whenever the model is. `joins` are the columns of a link table by which rows
    are linked with others of their own kind: this side's, and the other's.
    """

    name: str
    back: str
    target: str
    target_module: str | None
    many: bool
    is_near: bool
    file: str
    link_module: str | None = None
    optional: bool = False
    secondary: str | None = None
    foreign_keys: str | None = None
    cascade: bool = False
    joins: tuple[str, str] | None = None


def relationships(dialect: Dialect, names: Names, field: FieldSpec, home: Home) -> Sides:
    """Return both sides of a `ref` or `many`; none where the host's models have none.

    Raises:
        LookupError: it refers to a model that is not there.
    """
    habit = dialect.relation
    partner = target_of(dialect, names, field)
    if habit is None and field.kind == "ref":
        return Sides()
    habit = habit or RelationHabit("single", True, "none", True, None, "list", True)  # noqa: FBT003
    itself = partner.model == home.model
    back = back_name(dialect, names, field, home)
    near = _side(dialect, habit, _near(dialect, names, field, home, back), itself=itself)
    if (itself and field.kind == "ref") or habit.pair != "back_populates":
        return Sides(near)
    return Sides(
        near, _side(dialect, habit, _far(dialect, names, field, home, back), itself=itself)
    )


def _joins(dialect: Dialect, names: Names, field: FieldSpec, home: Home) -> tuple[str, str] | None:
    """Return the columns of a link table both of whose sides are one model's rows."""
    if field.kind != "many" or target_of(dialect, names, field).model != home.model:
        return None
    link = secondary_of(dialect, names, field, home)
    table = f"{link}.c" if dialect.link.form == "table" else link
    return f"{table}.{names.snake}_id", f"{table}.{link_word(field)}_id"


def back_name(dialect: Dialect, names: Names, field: FieldSpec, home: Home) -> str:
    """Return what the other side calls the new rows: `reviews`, `author_reviews` if taken.

    The names are given in the order of the fields, the owner's side first.
    """
    partner = target_of(dialect, names, field)
    if field.kind == "many" and partner.model == home.model:
        return f"{link_word(field)}_of"
    taken = set(partner.attributes)
    if home.owned and dialect.owner_model == partner.model:
        taken.add(names.plural_snake)
    for other in (*home.fields, field):
        if not other.target or dialect.partner(other.target) != partner:
            continue
        name = names.plural_snake
        if name in taken:
            name = f"{other.name}_{names.plural_snake}"
        if other == field:
            return name if name not in taken else f"{name}_2"
        taken.add(name)
    return names.plural_snake


def _near(dialect: Dialect, names: Names, field: FieldSpec, home: Home, back: str) -> _Side:
    partner = target_of(dialect, names, field)
    many = field.kind == "many"
    module = None if partner.file == home.file else partner.module
    keys = (
        None if many or not is_ambiguous(dialect, home, partner) else f"{home.model}.{field.column}"
    )
    return _Side(
        name=field.name,
        back=back,
        target=partner.model,
        target_module=module,
        many=many,
        is_near=True,
        file=dialect.key.file,
        link_module=home.link_module if many else None,
        optional=field.optional and not many,
        secondary=secondary_of(dialect, names, field, home) if many else None,
        foreign_keys=keys,
        joins=_joins(dialect, names, field, home),
    )


def _far(dialect: Dialect, names: Names, field: FieldSpec, home: Home, back: str) -> _Side:
    partner = target_of(dialect, names, field)
    keys = f"{home.model}.{field.column}"
    joins = _joins(dialect, names, field, home)
    return _Side(
        name=back,
        back=field.name,
        target=home.model,
        target_module=None if partner.file == home.file else home.module,
        many=True,
        is_near=False,
        file=partner.file,
        secondary=secondary_of(dialect, names, field, home) if field.kind == "many" else None,
        foreign_keys=keys if field.kind == "ref" and is_ambiguous(dialect, home, partner) else None,
        cascade=field.on_delete == "cascade" and field.kind == "ref",
        joins=(joins[1], joins[0]) if joins else None,
    )


def is_ambiguous(dialect: Dialect, home: Home, partner: Partner) -> bool:
    """Tell whether the new model has several foreign keys to the same table."""
    owns = home.owned and dialect.owner_model == partner.model
    before = 1 if owns or partner.model in home.refers else 0
    named = [
        f for f in home.fields if f.kind == "ref" and dialect.partner(str(f.target)) == partner
    ]
    return before + len(named) > 1


def secondary_of(dialect: Dialect, names: Names, field: FieldSpec, home: Home) -> str:
    """Return the link table as relationships name it: a class, or the `Table` object."""
    if dialect.link.form == "class":
        return link_class(names, field) + dialect.link.suffix
    return link_table(names, field, home)


def link_table(names: Names, field: FieldSpec, home: Home) -> str:
    """Return the name of a link table: `task_tags`, with the prefix that the model's has."""
    table = home.table.rpartition(".")[2]
    stem = (
        table.removesuffix(names.plural_snake) + names.snake
        if table.endswith(names.plural_snake)
        else table
    )
    return f"{stem}_{field.name}"


def _side(dialect: Dialect, habit: RelationHabit, side: _Side, *, itself: bool) -> Declaration:
    words = dialect.model.words
    annotation, imports = _annotation(dialect, habit, side)
    arguments = _arguments(dialect, habit, side, itself=itself)
    typing = frozenset({(side.target_module, side.target)} if side.target_module else set())
    if side.link_module and side.secondary:
        imports = imports | {(side.link_module, side.secondary)}
    if dialect.orm == "sqlmodel":
        call, needed = words.spell("sqlmodel", "Relationship")
        code = f"{call}({', '.join(arguments)})"
        return Declaration(side.name, annotation, code, frozenset(imports | needed), typing)
    call, needed = words.spell("sqlalchemy.orm", "relationship")
    code = f"{call}({', '.join(arguments)})"
    if not habit.annotated or dialect.orm == "column":
        linked = {pair for pair in imports if pair[0] == side.link_module}
        return Declaration(side.name, "", code, frozenset(needed | linked))
    wrapper, more = words.spell("sqlalchemy.orm", "Mapped")
    annotation = f"{wrapper}[{annotation}]"
    return Declaration(side.name, annotation, code, frozenset(imports | needed | more), typing)


def _annotation(dialect: Dialect, habit: RelationHabit, side: _Side) -> tuple[str, set[Import]]:
    words = dialect.model.words
    is_text = side.file in habit.postponed and dialect.orm == "mapped"
    is_bare = (is_text or habit.late) and not habit.quoted
    mark = "" if is_bare else '"'
    if side.many:
        name, imports = ("list", set[Import]())
        if habit.list_type == "List":
            name, imports = words.spell("typing", "List")
        return f"{name}[{mark}{side.target}{mark}]", imports
    # SQLModel does not resolve a quoted `X | None`.
    old_way = dialect.model.optional == "Optional[X]" or (dialect.orm == "sqlmodel" and not is_bare)
    if side.optional and old_way:
        optional, imports = words.spell("typing", "Optional")
        return f"{optional}[{mark}{side.target}{mark}]", imports
    target = f"{side.target} | None" if side.optional else side.target
    return f"{mark}{target}{mark}", set()


def _arguments(dialect: Dialect, habit: RelationHabit, side: _Side, *, itself: bool) -> list[str]:
    options: dict[str, str] = {}
    if side.foreign_keys:
        options["foreign_keys"] = f'"[{side.foreign_keys}]"'
    if itself and not side.many:
        options["remote_side"] = f'"{side.target}.{dialect.key.key}"'
    for name, column in zip(("primaryjoin", "secondaryjoin"), side.joins or (), strict=False):
        options[name] = f'"{side.target}.{dialect.key.key} == {column}"'
    is_read = side.many and side.is_near and dialect.asynchronous
    # a join of rows that are many would have every query of the host ask for `unique()`
    lazy = None if side.many and habit.lazy == "joined" else habit.lazy
    lazy = lazy or ("selectin" if is_read else None)
    if lazy:
        options["lazy"] = f'"{lazy}"'
    if dialect.orm == "sqlmodel":
        return _for_sqlmodel(dialect, habit, side, options, itself=itself)
    target = [f'"{side.target}"'] if habit.target != "none" or not habit.annotated else []
    if dialect.orm == "column" and not target:
        target = [f'"{side.target}"']
    secondary = [f"secondary={_secondary(dialect, side)}"] if side.secondary else []
    if side.secondary and side.link_module:
        secondary = [f"secondary={side.secondary}"]
    cascade = ['cascade="all, delete-orphan"'] if side.cascade else []
    init = ["init=False"] if dialect.dataclass else []
    named = [f"{name}={value}" for name, value in options.items()]
    return [*target, *secondary, *_pairing(habit, side, itself=itself), *cascade, *named, *init]


def _secondary(dialect: Dialect, side: _Side) -> str:
    """Return the link table by name, which needs no import on either side."""
    name = str(side.secondary)
    return f'"{name if dialect.link.form == "table" else _table_of_class(dialect, name)}"'


def _table_of_class(dialect: Dialect, name: str) -> str:
    """Return the table of a link class; SQLModel's own name for it where the host gives none."""
    return names_of(name).snake if dialect.link.named else name.lower()


def _pairing(habit: RelationHabit, side: _Side, *, itself: bool) -> list[str]:
    if (itself and not side.many) or habit.pair == "single":
        return []
    return [f'{habit.pair}="{side.back}"']


def _for_sqlmodel(
    dialect: Dialect, habit: RelationHabit, side: _Side, options: dict[str, str], *, itself: bool
) -> list[str]:
    is_single = (itself and not side.many) or habit.pair == "single"
    arguments = [] if is_single else [f'back_populates="{side.back}"']
    if side.secondary and not side.is_near:
        options = {"secondary": _secondary(dialect, side), **options}
    elif side.secondary:
        arguments.append(f"link_model={side.secondary}")
    if side.cascade and dialect.at_least("sqlmodel", 0, 0, 21):
        arguments.append("cascade_delete=True")
    if options:
        inner = ", ".join(f'"{name}": {value}' for name, value in options.items())
        arguments.append(f"sa_relationship_kwargs={{{inner}}}")
    return arguments


def link_definition(dialect: Dialect, names: Names, field: FieldSpec, home: Home) -> Definition:
    """Return the link table of a `many`: a `Table` object or a class, as the host has them.

    Raises:
        LookupError: it refers to a model that is not there.
    """
    partner = target_of(dialect, names, field)
    here = (f"{names.snake}_id", home.table, dialect.key)
    there = (f"{link_word(field)}_id", partner.table, partner)
    if dialect.link.form == "table":
        return _link_object(dialect, link_table(names, field, home), [here, there])
    return _link_model(dialect, names, field, [here, there])


_Key = tuple[str, str, Partner]


def _link_object(dialect: Dialect, table: str, keys: list[_Key]) -> Definition:
    words = dialect.model.words
    call, imports = words.spell("sqlalchemy", "Table")
    column, more = words.spell("sqlalchemy", "Column")
    reference, most = words.spell("sqlalchemy", "ForeignKey")
    lines = [
        f'    {column}("{name}", {reference}("{target}.{partner.key}", ondelete="CASCADE"), '
        "primary_key=True),\n"
        for name, target, partner in keys
    ]
    base = dialect.link.base
    code = f'{table} = {call}(\n    "{table}",\n    {base}.metadata,\n{"".join(lines)})\n'
    needed = imports | more | most | set(dialect.link.base_imports)
    return Definition(table, code, frozenset(needed))


def _link_model(dialect: Dialect, names: Names, field: FieldSpec, keys: list[_Key]) -> Definition:
    words = dialect.model.words
    name = link_class(names, field) + dialect.link.suffix
    imports = set(dialect.link.base_imports)
    lines = []
    for column, target, partner in keys:
        code, needed = _link_column(dialect, words, column, target, partner)
        lines.append(f"    {code}\n")
        imports |= needed
    human = link_word(field).replace("_", " ")
    what = f"{article(human).capitalize()} {human} of {article(names.human)} {names.human}."
    head = f"class {name}({dialect.link.base}"
    head += ", table=True):" if dialect.orm == "sqlmodel" else "):"
    head += f"{dialect.link.remark}\n"
    table = f'    __tablename__ = "{_table_of_class(dialect, name)}"\n\n'
    body = f'    """{what}"""\n\n{table if dialect.link.named else ""}{"".join(lines)}'
    return Definition(name, head + body, frozenset(imports))


def _link_column(
    dialect: Dialect, words: Spelling, column: str, target: str, partner: Partner
) -> tuple[str, set[Import]]:
    python, imports = key_type(words, partner.key_kind)
    if dialect.orm == "sqlmodel":
        call, needed = words.spell("sqlmodel", "Field")
        on_delete = ', ondelete="CASCADE"' if dialect.at_least("sqlmodel", 0, 0, 21) else ""
        arguments = f'foreign_key="{target}.{partner.key}"{on_delete}, primary_key=True'
        if dialect.link.optional_keys:
            python, more = may_be_none(dialect.model.optional, python, words)
            arguments, needed = f"default=None, {arguments}", needed | more
        return f"{column}: {python} = {call}({arguments})", imports | needed
    reference, more = words.spell("sqlalchemy", "ForeignKey")
    key = f'{reference}("{target}.{partner.key}", ondelete="CASCADE"), primary_key=True'
    if dialect.orm == "column":
        call, needed = words.spell("sqlalchemy", "Column")
        return f"{column} = {call}({key})", more | needed
    call, needed = words.spell("sqlalchemy.orm", "mapped_column")
    wrapper, most = words.spell("sqlalchemy.orm", "Mapped")
    return f"{column}: {wrapper}[{python}] = {call}({key})", imports | more | needed | most


def enum_definition(dialect: Dialect, names: Names, field: FieldSpec) -> Definition | None:
    """Return the class of a choice, None where the host needs none for it."""
    form = dialect.enum.form
    if field.kind != "enum" or form in ("Literal", "plain"):
        return None
    words = dialect.enum.words or dialect.model.words
    if form == "StrEnum":
        base, imports = words.spell("enum", "StrEnum")
    else:
        base, imports = words.spell("enum", "Enum")
        base = f"str, {base}" if form == "str, Enum" else base
    members = "".join(f"    {member(dialect, v)} = {quoted(v)}\n" for v in field.values)
    name = enum_class(names, field)
    human = field.name.replace("_", " ")
    docstring = f'    """The {human} of {article(names.human)} {names.human}."""\n\n'
    return Definition(name, f"class {name}({base}):\n{docstring}{members}", frozenset(imports))


def ids_property(dialect: Dialect, names: Names, field: FieldSpec) -> Definition:
    """Return the property by which answers read the ids of linked rows.

    Raises:
        LookupError: it refers to a model that is not there.
    """
    partner = target_of(dialect, names, field)
    words = dialect.model.words
    kind, imports = key_type(words, partner.key_kind)
    list_, more = ("list", set[Import]())
    if dialect.schema.list_type == "List":
        list_, more = words.spell("typing", "List")
    word = link_word(field)
    stored = f" if {word}.{partner.key} is not None" if partner.key_may_be_none else ""
    body = f"        return [{word}.{partner.key} for {word} in self.{field.name}{stored}]\n"
    head = f"    @property\n    def {field.column}(self) -> {list_}[{kind}]:\n"
    docstring = f'        """The ids of the {field.name.replace("_", " ")}."""\n'
    return Definition(field.column, head + docstring + body, frozenset(imports | more))
