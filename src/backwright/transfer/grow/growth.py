"""One growing: the host, what it has, what was asked for, and the steps done so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backwright.project.types import Model
from backwright.source.outline import imported_names
from backwright.spec.names import names_of, singularize
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.transfer.declaration import Import
from backwright.transfer.dialect import Bound, Dialect, Partner
from backwright.transfer.draft import Draft
from backwright.transfer.grow.guard import Guard, local_name
from backwright.transfer.grow.homes import Homes
from backwright.transfer.grow.libraries import MODERN, Libraries
from backwright.transfer.grow.seams import Seams
from backwright.transfer.grow.shape import Link
from backwright.transfer.grow.sources import Sources
from backwright.transfer.grow.tables import Example
from backwright.values import Note


@dataclass
class Growth:
    """What every step needs: where to write, what was asked, what to write it with."""

    sources: Sources
    spec: ResourceSpec
    seams: Seams
    homes: Homes
    plain: Draft
    dialect: Dialect
    writers: Bound
    example: Example
    owner: FieldSpec | None
    libraries: Libraries = MODERN
    errors: str = ""
    model_known: Mapping[str, Import] = field(default_factory=dict)
    brought: dict[str, Import] = field(default_factory=dict)  # what rows of tests are made of
    steps: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def draft(self) -> Draft:
        """The host's files."""
        return self.sources.draft

    @property
    def untouched(self) -> Draft:
        """The host's files as they were: what is known of them counts their lines."""
        return Draft(self.draft.root)

    @property
    def owned(self) -> bool:
        """Whether the rows belong to users."""
        return self.owner is not None

    @property
    def guard(self) -> Guard | None:
        """What lets in those who are signed in, where rows belong to nobody."""
        return None if self.owned else self.seams.guard

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """The fields that clients see."""
        return self.spec.fields

    def done(self, name: str, *files: str) -> None:
        """Note a step and the files that it changed."""
        if files:
            self.steps.append((name, tuple(dict.fromkeys(files))))

    def links(self, kind: str) -> list[Link]:
        """Return the references or the many-to-manys, as the shape of the code needs them."""
        return [self._link(one) for one in self.fields if one.kind == kind]

    def _link(self, one: FieldSpec) -> Link:
        word = singularize(one.name) or one.name if one.kind == "many" else one.name
        partner = self.writers.dialect.partner(str(one.target))
        assert partner is not None  # noqa: S101 - checked before
        owned = self.owned and partner.owner is not None
        plural = one.name if one.kind == "many" else None
        word_names = names_of(word, plural=plural)
        key = (partner.key_kind, partner.key, partner.owner or "owner_id")
        return Link(word_names, partner.model, owned, *key, partner.key_may_be_none)

    def target(self, name: str) -> Model:
        """Return the model of the host that has a class name."""
        return next(model for model in self.sources.project.models if model.name == name)


def names_in_host(growth: Growth) -> dict[str, Import]:
    """Return where each name that new code uses is to be had in the host."""
    names, module = growth.spec.names, growth.sources.module
    models, schemas = module(growth.homes.models), module(growth.homes.schemas)
    package, _, stem = module(growth.homes.service).rpartition(".")
    service = f"{names.snake}_service"
    known: dict[str, Import] = {
        growth.writers.home.model: (models, growth.writers.home.model),
        **{f"{names.pascal}{end}": (schemas, f"{names.pascal}{end}") for end in _SCHEMAS},
        "RequestModel": (schemas, "RequestModel"),
        service: _module_import(package, stem, service),
        "NotFoundError": (growth.errors, "NotFoundError"),
        "ConflictError": (growth.errors, "ConflictError"),
        "Depends": ("fastapi", "Depends"),
        "Annotated": ("typing", "Annotated"),
        "UUID": ("uuid", "UUID"),
        **{
            p.model: (_module_of(growth.sources, p), p.model)
            for p in growth.writers.dialect.partners.values()
            if p.model != growth.writers.home.model
        },
    }
    users = growth.seams.users.dependency if growth.seams.users else None
    for dependency in (growth.seams.session, users):
        for one in (dependency.kind, dependency.getter, dependency.alias) if dependency else ():
            if one is not None:
                known[one[1].partition(".")[0]] = one
    for one in (growth.seams.engine, metadata_owner(growth)):
        if one is not None:
            known[one[1]] = one
    for guard in (growth.guard, users.made if users else None):
        known |= {local_name(one): one for one in (guard.imports if guard else ())}
        if guard and guard.made:
            known[guard.said] = (module(growth.homes.routes), guard.said)
    for app in growth.sources.project.apps[:1]:
        name = app.object.rpartition(":")[2].removesuffix("()")
        known[name] = (app.object.rpartition(":")[0], name)
    return known


def _module_of(sources: Sources, partner: Partner) -> str:
    """Return where a model is imported from: as the host does, where it does, else from its file."""
    is_known = sources.file(partner.module) is not None
    return partner.module if is_known else sources.module(partner.file)


_SCHEMAS = ("Create", "Update", "Public")


def _module_import(package: str, stem: str, name: str) -> Import:
    if not package:
        return (stem, "") if stem == name else (f"{stem} as {name}", "")
    return (package, stem if stem == name else f"{stem} as {name}")


def metadata_owner(growth: Growth) -> Import:
    """Return what has the metadata of the tables: SQLModel, or the host's base."""
    if growth.dialect.orm == "sqlmodel":
        return "sqlmodel", "SQLModel"
    if growth.seams.base is not None:
        return growth.seams.base
    return growth.sources.module(growth.homes.models), "Base"


def names_in_module(code: str) -> dict[str, Import]:
    """Return what a module imports, as pairs of module and name."""
    found: dict[str, Import] = {}
    for name, origin in imported_names(code).items():
        module, _, original = origin.rpartition(".")
        if module:
            found[name] = (module, original if original == name else f"{original} as {name}")
    return found
