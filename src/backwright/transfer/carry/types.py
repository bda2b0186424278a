"""What carrying takes and gives: parts of an exemplar, facts about it, the code that was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from backwright.spec.names import Names
from backwright.spec.types import FieldSpec, Kind
from backwright.transfer.rename import Renaming
from backwright.values import Note

Import = tuple[str, str]
PartRole = Literal["model", "schema", "service", "routes", "test", "factory", "fixture", "other"]
Role = Literal[
    "model", "shared", "base", "create", "update", "public", "filter", "relations", "parameter"
]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of code that a writer made, and the `(module, name)` pairs that it needs."""

    code: str
    imports: frozenset[Import] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """Code of the exemplar: a whole module, or definitions of one that it shares with others.

    `line` is where the code begins in the file, for notes. `whole` tells that the code goes into
    a module of its own, from where the exemplar's is not seen.
    """

    path: str
    code: str
    role: PartRole
    line: int = 1
    whole: bool = False


@dataclass(frozen=True, slots=True)
class OldField:
    """A data field of the exemplar, as its model has it.

    `kind` is None where it is not one of ours. `target` is the model that a reference points to,
    `relationship` the attribute that gives its row, `enum` the class of its values.
    """

    name: str
    kind: Kind | None = None
    nullable: bool = False
    unique: bool = False
    default: bool = False
    target: str | None = None
    relationship: str | None = None
    enum: str | None = None

    @property
    def required(self) -> bool:
        """Must be given when a row is made."""
        return not self.nullable and not self.default and self.kind != "many"


@dataclass(frozen=True, slots=True)
class Parent:
    """A model that a new reference or many-to-many points to.

    `model` is its class, `key` its primary key's attribute, `owner` the column that says whose a
    row is (None where rows belong to nobody), `private` tells that only its owner may use it;
    `imports` bring the class into a module. `required` are the fields that a row must be given
    besides, None if there are some that we cannot give.
    """

    model: str
    names: Names
    key: str = "id"
    owner: str | None = None
    imports: frozenset[Import] = frozenset()
    required: tuple[FieldSpec, ...] | None = None
    private: bool = False

    @property
    def guarded(self) -> str | None:
        """The column that must be the caller's where a row is pointed to."""
        return self.owner if self.private else None


@dataclass(frozen=True)
class Facts:
    """What is known of the exemplar and of the resource to be made.

    `renaming` gives the renaming for a part's code. `structural` are the columns that every
    resource has (id, owner, timestamps, soft delete, version) and the relationship to the owner.
    `others` are the names of the project's other models; `owner` is the exemplar's owner column;
    `known` are the classes that the project defines, and their modules; `tests` its test modules, by path; `account`
    is the model of those who sign in, which code may name for another reason than a field; `model`
    is the exemplar's own class, to which its fields may refer; `asynchronous` tells that sessions
    are awaited; `commits`, that who writes rows commits them, rather than who gives the session;
    `distinct`, that the project asks for unique rows, as joins to many need it; `guarded` are the
    functions that catch the database's errors; `made` are the classes that new fields bring along;
    `home` is the new model's module and class, `key` its primary key's attribute;
    `pydantic` is the version that the project has, `typed` tells that a type checker looks on.
    """

    renaming: Callable[[str], Renaming]
    old: Names
    new: Names
    fields: tuple[OldField, ...]
    new_fields: tuple[FieldSpec, ...]
    structural: frozenset[str] = frozenset({"id"})
    others: tuple[Names, ...] = ()
    parents: tuple[Parent, ...] = ()
    owner: str | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    tests: tuple[tuple[str, str], ...] = ()
    account: str | None = None
    model: str | None = None
    asynchronous: bool = False
    commits: bool = False
    distinct: bool = False
    guarded: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    home: Import = ("", "")
    key: str = "id"
    pydantic: int = 2
    typed: bool = False

    @property
    def new_names(self) -> frozenset[str]:
        """What the new resource's fields are called: their names, and their columns."""
        return frozenset(name for f in self.new_fields for name in (f.name, f.column))

    def parent(self, target: str | None) -> Parent | None:
        """Return the parent model of a reference, by its class or its name, if it is known."""
        return next((p for p in self.parents if target in (p.model, p.names.pascal)), None)

    def are_alike(self, new: FieldSpec, old: OldField) -> bool:
        """Tell whether a new and an old reference point to the same model."""
        return new.target is not None and self.model_of(new.target) == self.model_of(old.target)

    def model_of(self, target: str | None) -> str | None:
        """Return the class that a reference points to: `TaskModel` for `Task`."""
        parent = self.parent(target)
        return parent.model if parent else target


@dataclass(frozen=True, slots=True)
class Carried:
    """Code carried over: by path of the part, with the imports to add, and what was left out."""

    codes: dict[str, str]
    imports: dict[str, frozenset[Import]]
    notes: tuple[Note, ...]
    left_out: frozenset[str] = field(default_factory=frozenset)


class Writer(Protocol):
    """Writes declarations and sample values in the host's dialect."""

    def declare(self, field: FieldSpec, role: Role, like: Sequence[str]) -> tuple[Piece, ...]:
        """Return the statements that declare a field in a class of a role; none if it has no place.

        Args:
            field: the new field.
            role: what the class is for.
            like: the declarations that stood there for the exemplar's fields.
        """
        ...

    def sample(
        self, field: FieldSpec, which: int, *, json: bool, linked: str | None = None
    ) -> Piece:
        """Return a valid value as an expression; each `which` gives another one.

        Args:
            field: the new field.
            which: 0, 1, 2, …
            json: as it stands in a JSON body, else as the model's constructor takes it.
            linked: of a reference, the expression of the id of a row to point to.
        """
        ...

    def bad(self, field: FieldSpec) -> tuple[Piece, ...]:
        """Return values that a request must not have, as JSON."""
        ...
