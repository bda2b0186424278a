"""The house as a draft: the living template with the features that a project has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from backwright.source.text import decode
from backwright.transfer.draft import Draft
from backwright.transfer.merge_clients import rename_fixtures
from backwright.transfer.regions import resolve
from backwright.transfer.survey import survey
from backwright.transfer.variant import Variant, apply_variant, read_variant
from backwright.transfer.without import prune_draft, without_resources

KNOWN = frozenset({"auth", "no-auth", "postgresql", "sqlite"})
_MIGRATIONS = "migrations/versions/"


@dataclass(frozen=True, slots=True)
class Features:
    """What a project in the house style has."""

    auth: bool = True
    database: Literal["postgresql", "sqlite"] = "postgresql"

    @property
    def words(self) -> frozenset[str]:
        """The features by the words in which variants and marks name them."""
        return frozenset({"auth" if self.auth else "no-auth", self.database})


def house_root() -> Path:
    """Return the folder of the living template."""
    return Path(str(files("backwright") / "house"))


def house_draft(features: Features | None = None) -> Draft:
    """Return the house with these features, with its exemplars; with all features by default.

    Where a feature is left out, so is the first migration: it depends on the tables.
    """
    draft = Draft(house_root())
    for path, text in _differences(features or Features()).items():
        if text is None:
            draft.remove(path)
        else:
            draft.write(path, text)
    return draft


@cache
def _differences(features: Features) -> Mapping[str, str | None]:
    """Return what each file reads that is not as in the house itself; None where it is gone."""
    draft = Draft(house_root())
    variants = list(_variants(features))
    for variant in variants:
        apply_variant(draft, variant, features.words)
    _resolve_regions(draft, features)
    if variants:
        _prune(draft, variants, features)
    changes = draft.changes().items()
    return {path: None if after is None else decode(after) for path, (_, after) in changes}


def _prune(draft: Draft, variants: Sequence[Variant], features: Features) -> None:
    """Take out what only stood for something left out."""
    removed = {
        path.removesuffix(".py").replace("/", ".")
        for path, (_, after) in draft.changes().items()
        if path.endswith(".py") and after is None
    }
    _remove_migrations(draft)
    if not features.auth:
        shared = {table.name for table in survey(draft).resources if not table.owned}
        without_resources(draft, shared)
    prune_draft(draft, [name for v in variants for name in v.doomed], removed)
    for variant in variants:
        _rename_fixtures(draft, variant)


def features_of(root: Path) -> Features:
    """Return the features of a project that was made out of the house."""
    has_auth = (root / "app" / "auth.py").is_file()
    if (root / "app" / "postgres.py").is_file():
        return Features(has_auth, "postgresql")
    return Features(has_auth, "sqlite")


def without_exemplars(draft: Draft, keep: set[str]) -> None:
    """Take the house's resources out of a draft, all but those named; and the first migration.

    Raises:
        UsageError: one that stays refers to one that goes.
    """
    if without_resources(draft, keep):
        _remove_migrations(draft)


def _variants(features: Features) -> Iterator[Variant]:
    folder = house_root() / "variants"
    if features.database == "sqlite":
        yield read_variant(folder / "sqlite.toml")
    if not features.auth:
        yield read_variant(folder / "no-auth.toml")


def _resolve_regions(draft: Draft, features: Features) -> None:
    for path in draft.files():
        before = draft.text(path)
        after = resolve(before, features.words, KNOWN)
        if after != before:
            draft.write(path, after)


def _remove_migrations(draft: Draft) -> None:
    for path in [p for p in draft.files() if p.startswith(_MIGRATIONS)]:
        draft.remove(path)


def _rename_fixtures(draft: Draft, variant: Variant) -> None:
    if not variant.renamed:
        return
    for path in [p for p in draft.modules() if p.startswith("tests/")]:
        before = draft.text(path)
        after = rename_fixtures(before, variant.renamed)
        if after != before:
            draft.write(path, after)
