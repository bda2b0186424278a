"""One host that is given authentication: its files, what is known of it, what was done so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from backwright.project.types import Project
from backwright.spec.names import names_of
from backwright.spec.types import ResourceSpec
from backwright.transfer.dialect.facts import Partner
from backwright.transfer.draft import Draft
from backwright.transfer.grow.grow import Versions, growth_of
from backwright.transfer.grow.growth import Growth
from backwright.transfer.grow.seams import Dependency, Seams
from backwright.transfer.grow.sources import Sources
from backwright.transfer.grow.template import plain_draft
from backwright.transfer.guarding.adopting import Accounts
from backwright.transfer.guarding.owned import OWNER, Owned
from backwright.transfer.guarding.passing import Said
from backwright.values import Note

ASSIGN = "assign:"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was decided: by the user, or as recommended.

    Attributes:
        direct: The models that get an owner's column.
        through: The models that are owned through a parent that they must have.
        public: The endpoints that ask for no account, as `GET /path`.
        accounts: The host's own table of accounts, None for a new one.
        role: What new accounts have in a column of powers that has no default.
        rows: What becomes of the rows that are there: `hidden`, `shared`, `assign:EMAIL`.
        left_out: The endpoints of accounts that are not wanted.
        owner_required: Whether no row may be without an owner.
        unique: The columns that are unique for each account, as `Model.column`; others of theirs
            that are unique stay so among all.
        alone: Whether accounts of a table that is there are made by nobody but those who sign up:
            then an account is nobody's but its own.
    """

    direct: tuple[str, ...]
    through: tuple[str, ...]
    public: frozenset[tuple[str, str]]
    accounts: str | None = None
    role: str | None = None
    rows: str = "hidden"
    left_out: frozenset[str] = frozenset()
    owner_required: bool = False
    unique: frozenset[str] = frozenset()
    alone: bool = False

    @property
    def heir(self) -> str | None:
        """The address of the account that gets the rows that are there."""
        return self.rows.removeprefix(ASSIGN) if self.rows.startswith(ASSIGN) else None


@dataclass
class Host:
    """What every step needs, and what the steps have done."""

    draft: Draft
    project: Project
    sources: Sources
    seams: Seams
    session: Dependency
    known: Versions
    wanted: Wanted
    sqlmodel: bool
    said: Said
    python: tuple[int, ...] = ()
    owner_column: str = OWNER
    accounts: Accounts = field(default_factory=Accounts)
    steps: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    dependencies: tuple[str, ...] = ()
    user_module: str = ""
    user_key: str = "int"
    user: Partner | None = None
    homes: dict[str, str] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)
    varied: tuple[Owned, ...] = ()
    unused: frozenset[str] = frozenset()

    @property
    def is_flat(self) -> bool:
        """Whether the application's own file holds its session and its handlers, too."""
        app = self.project.apps[0]
        return self.sources.file(self.session.getter[0]) == app.file

    def template(self, name: str) -> Draft:
        """Return a template in the form that the host can run."""
        return plain_draft(
            is_async=self.seams.is_async,
            mapped=not self.sqlmodel,
            libraries=self.known.libraries,
            name=name,
        )

    def growth(self) -> Growth:
        """Return what the steps of growing need to know of the host."""
        spec = ResourceSpec(names_of(self.said.model), fields=(), owner="none")
        return growth_of(self.sources, spec, self.seams, self.template("plain"), self.known)

    def done(self, name: str, *files: str) -> None:
        """Note a step and the files that it changed."""
        if files:
            self.steps.append((name, tuple(dict.fromkeys(files))))
