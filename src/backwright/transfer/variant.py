"""A variant: what differs where the house has one of its features not, or in another way.

A file beside the variant's folder of overlays (`no-auth.toml` beside `no-auth/`) says which files
go, which names are doomed (see `prune`), and which passages read otherwise, word for word. A
passage that is not found is an error: the house has changed and the variant must follow.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from backwright.source.text import decode
from backwright.transfer.draft import Draft


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that reads otherwise, wherever it stands in the files of a pattern."""

    files: str
    before: str
    after: str
    is_pattern: bool
    only: str | None


@dataclass(frozen=True)
class Variant:
    """What differs in a project without a feature."""

    overlay: Path
    removed: tuple[str, ...]
    doomed: frozenset[str]
    renamed: Mapping[str, str]
    passages: tuple[Passage, ...]


def read_variant(file: Path) -> Variant:
    """Read a variant's file.

    Raises:
        KeyError: something is missing in it.
    """
    data = tomllib.loads(decode(file.read_bytes()))
    settings = data.get("settings", ())
    forms = (form for name in settings for form in (name, f".{name}", name.upper()))
    return Variant(
        overlay=file.with_suffix(""),
        removed=tuple(data.get("removed", ())),
        doomed=frozenset([*data.get("names", ()), *forms]),
        renamed=data.get("renamed", {}),
        passages=tuple(_passage(entry) for entry in data.get("passage", ())),
    )


def _passage(entry: Mapping[str, Any]) -> Passage:
    return Passage(
        files=entry["files"],
        before=entry["before"],
        after=entry["after"],
        is_pattern=entry.get("pattern", False),
        only=entry.get("only"),
    )


def apply_variant(draft: Draft, variant: Variant, features: Collection[str]) -> None:
    """Take files out of a draft, put the variant's own into it, and change the passages.

    Raises:
        LookupError: a pattern matches no file, or a passage is not found.
    """
    for pattern in variant.removed:
        if not any(draft.root.glob(pattern)):
            raise LookupError(f"the house has no file {pattern}")
        for path in [p for p in draft.files() if fnmatchcase(p, pattern)]:
            draft.remove(path)
    for file in sorted(variant.overlay.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            path = file.relative_to(variant.overlay).as_posix()
            draft.write(path, decode(file.read_bytes()))
    for passage in variant.passages:
        if passage.only is None or passage.only in features:
            _rewrite(draft, passage)


def _matching(draft: Draft, pattern: str) -> list[str]:
    paths = [path for path in draft.files() if fnmatchcase(path, pattern)]
    if not paths:
        raise LookupError(f"the house has no file {pattern}")
    return paths


def _rewrite(draft: Draft, passage: Passage) -> None:
    search = re.compile(passage.before if passage.is_pattern else re.escape(passage.before))
    after = passage.after if passage.is_pattern else passage.after.replace("\\", r"\\")
    found = 0
    for path in _matching(draft, passage.files):
        text, count = search.subn(after, draft.text(path))
        if count:
            draft.write(path, text)
            found += count
    if not found:
        raise LookupError(f"{passage.files} of the house does not say {passage.before!r}")
