"""The calls that sign and read tokens, and where their keys come from."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.sources import Source
from backwright.audit.subject import Subject

_ROOTS = ("jwt.", "jose.", "authlib.")


def decodings(subject: Subject) -> Iterator[tuple[Source, ast.Call, str]]:
    """Yield the calls that read tokens, each with the library's name of it."""
    for source, call, name in subject.calls(".decode", ".get_unverified_claims"):
        if name.startswith(_ROOTS):
            yield source, call, name


def encodings(subject: Subject) -> Iterator[tuple[Source, ast.Call, str]]:
    """Yield the calls that sign tokens."""
    for source, call, name in subject.calls(".encode"):
        if name.startswith(_ROOTS):
            yield source, call, name
