"""A resource's name and fields, from the words of the command line."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from backwright.errors import UsageError
from backwright.spec.fields import read_fields
from backwright.spec.names import Names, is_pythons, names_of, singularize, split_words
from backwright.spec.types import ResourceSpec


def read_resource(
    name: str,
    words: Sequence[str],
    *,
    owner: str | None = None,
    like: str | None = None,
    plural: str | None = None,
) -> ResourceSpec:
    """Read a resource as `add resource NAME FIELD…` gives it, or all of it in one pair of quotes.

    Raises:
        UsageError: the name or a field word is wrong, or there is no field at all.
    """
    if ":" in name:
        name, *more = _split(name)
        words = [*more, *words]
    names = read_name(name, plural=plural)
    if not words:
        raise UsageError(
            f"{name} has no field", remedy=f"for example: add resource {name} title:str:1..200"
        )
    fields = read_fields(words)
    for field in fields:
        if field.column == f"{names.snake}_id" and field.target != names.pascal:
            raise UsageError(
                f"{field.word!r} would be called {field.column}, the id of {names.pascal} itself",
                remedy="rename the field",
            )
    return ResourceSpec(names=names, fields=fields, owner=owner, like=like)


def read_resource_line(line: str) -> ResourceSpec:
    """Read a resource as `new --resource "Product name:str price:decimal:10,2"` gives it.

    Raises:
        UsageError: as `read_resource`, or the quoting is broken.
    """
    name, *words = _split(line)
    return read_resource(name, words)


def _split(line: str) -> list[str]:
    """Split a line into words as a shell does; an empty line is one empty word."""
    try:
        return shlex.split(line) or [""]
    except ValueError as error:
        raise UsageError(f"{line!r} cannot be split into words: {error}") from None


def read_name(name: str, *, plural: str | None = None) -> Names:
    """Read a resource's name, singular, in any case.

    Raises:
        UsageError: it is no name, or a plural.
    """
    words = split_words(name)
    if (
        not words
        or "".join(words).lower() != name.replace("_", "").replace("-", "").replace(" ", "").lower()
        or not name[0].isalpha()
        or not name.isascii()
    ):
        raise UsageError(
            f"{name!r} is no name for a resource",
            remedy="one or more English words, for example Product or OrderItem",
        )
    names = names_of(name, plural=plural)
    for form in (names.pascal, names.plural_snake):
        if is_pythons(form):
            raise UsageError(
                f"{name!r} would be called {form!r} somewhere, a word of the Python language",
                remedy=f"use another, for example {names.pascal}Item",
            )
    if names.human in ("a", "an"):
        raise UsageError(f"{name!r} is an article", remedy="use a noun, for example Product")
    if len(names.plural_snake) > 40:  # names of constraints must stay under PostgreSQL's 63 bytes
        raise UsageError(f"{name!r} is too long", remedy="use at most 40 letters")
    singular = singularize(words[-1])
    if plural is None and singular and singular.lower() not in ("", words[-1].lower()):
        right = names_of("_".join([*words[:-1], singular])).pascal
        raise UsageError(
            f"{name!r} is a plural",
            remedy=f"name the resource in the singular: {right} (or say --plural {name})",
        )
    return names
