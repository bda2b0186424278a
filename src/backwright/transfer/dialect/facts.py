"""What is known of a host's dialect: how its people declare tables, schemas and samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from backwright.spec.names import Names, names_of
from backwright.spec.types import FieldSpec
from backwright.transfer.dialect.spelling import Spelling

Orm = Literal["sqlmodel", "mapped", "column"]
Optional_ = Literal["X | None", "Optional[X]"]
Constraint = Literal["Field", "Annotated", "constr", "none"]
EnumForm = Literal["StrEnum", "str, Enum", "Enum", "Literal", "plain"]
KeyKind = Literal["int", "uuid", "str"]


@dataclass(frozen=True, slots=True)
class SqlType:
    """A database type as the host writes it; `arguments` is None where it is not called."""

    module: str
    name: str
    arguments: str | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """A model that others can refer to: its class, its table and the type of its key.

    `key_may_be_none` tells that it is declared so, until the row is stored.
    """

    model: str
    names: Names
    table: str
    key: str
    key_kind: KeyKind
    key_type: SqlType | None
    file: str
    module: str
    attributes: frozenset[str]
    owner: str | None = None
    key_may_be_none: bool = False


@dataclass(frozen=True, slots=True)
class EnumHabit:
    """How a choice among words is declared.

    `column` is the database type that is named explicitly, None where the annotation is enough;
    `named` tells whether that gets a name, `by_value` whether values are stored, not names.
    `home` is the file that the project keeps its enums in, None where they stand with the models;
    `words` is what that file imports.
    """

    form: EnumForm
    upper: bool = True
    column: SqlType | None = None
    named: bool = False
    by_value: bool = False
    home: str | None = None
    home_module: str | None = None
    words: Spelling | None = None


@dataclass(frozen=True, slots=True)
class RelationHabit:
    """How relationships are declared: on both sides, by `backref`, or on one side only.

    `quoted` tells whether the other model is named in quotes; it need not be in the `postponed`
    files, whose annotations are text, nor where the language reads them `late`.
    """

    pair: Literal["back_populates", "backref", "single"]
    annotated: bool
    target: Literal["string", "class", "none"]
    quoted: bool
    lazy: str | None
    list_type: str
    typing_only: bool
    postponed: frozenset[str] = frozenset()
    late: bool = False


@dataclass(frozen=True, slots=True)
class LinkHabit:
    """How a many-to-many is kept: a `Table` object or a class of its own, on which base.

    `suffix` ends the class's name; `named` tells whether it names its table, `optional_keys`
    whether its keys may be None until they are set. `remark` is what the project says to its
    tools at the head of such a class: `# type: ignore[call-arg]`.
    """

    form: Literal["table", "class"]
    base: str
    base_imports: frozenset[tuple[str, str]]
    suffix: str = ""
    named: bool = True
    optional_keys: bool = False
    remark: str = ""


# What an alias such as `str50` stands for: a kind, its length, whether null, whether unique.
Alias = tuple[str, int | None, bool, bool]


@dataclass(frozen=True, slots=True)
class ModelHabits:
    """How columns are written.

    `types` gives the explicit type of a kind, None where annotation alone does; `explicit` tells
    what holds for kinds that are not in it; `implied` is the base's `type_annotation_map`.
    `sized` tells whether short texts have a length; `keyword_type` whether SQLModel's `Field` is
    given types by keyword, rather than in a `Column`, None where it is given none.
    """

    words: Spelling
    types: Mapping[str, SqlType | None] = field(default_factory=dict)
    explicit: bool = False
    implied: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[Alias, tuple[str, str]] = field(default_factory=dict)
    sized: bool = True
    says_not_null: bool = False
    says_null: bool = False
    optional: Optional_ = "X | None"
    python_default: bool = True
    comments: bool = False
    flags: bool = True
    keyword_type: bool | None = None
    list_type: str = "list"


@dataclass(frozen=True, slots=True)
class SchemaHabits:
    """How request and response classes are written."""

    words: Spelling
    pydantic: int = 2
    sqlmodel: bool = False
    constraint: Constraint = "Field"
    optional: Optional_ = "X | None"
    list_type: str = "list"
    email: bool = True
    descriptions: bool = False
    examples: bool = False
    aliased: bool = False
    positional_default: bool = False
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """The new resource's place: its model's class, table, module and file; its schemas' file.

    `module` is how other modules import from the model's file; `fields` are all that was asked
    for, since two references to one model have to be told apart. `link_module` is where link
    tables are imported from, None where they stand in the model's own module; `refers` names the
    models that the table refers to already, or that refer to it.
    """

    model: str
    table: str
    module: str
    file: str
    schema_file: str = ""
    link_module: str | None = None
    owned: bool = True
    fields: tuple[FieldSpec, ...] = ()
    refers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Dialect:
    """A host's dialect, each habit from its own code: the exemplar first, then by votes."""

    orm: Orm
    exemplar: str
    structure: tuple[str, ...]
    own: tuple[str, ...]
    owner: str | None
    owner_model: str | None
    key: Partner
    partners: Mapping[str, Partner]
    model: ModelHabits
    schema: SchemaHabits
    enum: EnumHabit
    link: LinkHabit
    relation: RelationHabit | None
    dataclass: bool = False
    quote: str = '"'
    zoned: bool = True
    postgres: bool = True
    asynchronous: bool = False
    relative: bool = False
    driver: str = ""
    python: tuple[int, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def gives_zones(self) -> bool:
        """Whether a time comes back with the zone it was sent with; SQLite keeps none."""
        return self.zoned and "sqlite" not in self.driver

    def partner(self, name: str) -> Partner | None:
        """Return the model that a field word means: by its class, or without `Model` and alike."""
        if name in self.partners:
            return self.partners[name]
        wanted = names_of(name).snake
        found = [p for p in self.partners.values() if p.names.snake == wanted]
        return found[0] if len(found) == 1 else None

    def at_least(self, distribution: str, *version: int) -> bool:
        """Tell whether a library is that new; an unknown version counts as new."""
        return version_of(self.versions, distribution, default=(9999,)) >= version

    def with_partner(self, partner: Partner) -> Dialect:
        """Return the dialect with one model more to refer to."""
        return replace(self, partners={**self.partners, partner.model: partner})


def version_of(
    versions: Mapping[str, str], distribution: str, *, default: tuple[int, ...]
) -> tuple[int, ...]:
    """Return the numbers of an installed version."""
    text = versions.get(distribution)
    if text is None:
        return default
    numbers = []
    for part in text.split("."):
        digits = "".join(ch for ch in part if ch.isdigit())
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers) or default
