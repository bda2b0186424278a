"""What is asked of CORS: words checked, and what a project has already compared with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backwright.errors import UsageError
from backwright.project.types import Cors
from backwright.transfer.attach.cors import LOCAL
from backwright.values import Choice, Place, Question

_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "*"})
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were given; None or nothing for what was not said."""

    origins: tuple[str, ...] = ()
    credentials: bool | None = None
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()

    @property
    def says_anything(self) -> bool:
        """Whether any option was given."""
        return bool(self.origins or self.methods or self.headers or self.credentials is not None)


def read_asked(
    origins: Sequence[str],
    credentials: bool | None,  # noqa: FBT001 - as it was said
    methods: Sequence[str],
    headers: Sequence[str],
) -> Asked:
    """Return the options, checked.

    Raises:
        UsageError: a word is no origin, method or header, or every page could use cookies.
    """
    for one in origins:
        _check_origin(one)
    if "*" in origins and credentials:
        raise UsageError(
            "--origin '*' with --credentials would let every page act for a signed-in user",
            remedy="name the origins (--origin https://app.example.com), or leave --credentials out",
        )
    if "*" in origins and len(origins) > 1:
        raise UsageError(
            "--origin '*' allows every origin already", remedy="leave the other origins out, or '*'"
        )
    named = tuple(one.upper() for one in methods)
    for one in named:
        if one not in _METHODS:
            raise UsageError(
                f"--method {one} is no method", remedy=f"one of {', '.join(sorted(_METHODS))}"
            )
    for one in headers:
        if not _HEADER.fullmatch(one):
            raise UsageError(
                f"--header {one!r} is no name of a header", remedy="such as --header X-Request-ID"
            )
    unique = tuple(dict.fromkeys(origins))
    return Asked(unique, credentials, tuple(dict.fromkeys(named)), tuple(dict.fromkeys(headers)))


def _check_origin(origin: str) -> None:
    if origin == "*" or _ORIGIN.fullmatch(origin):
        return
    bare = re.match(r"(?i)(?:(https?)://)?([a-z0-9.-]+(?::\d+)?)", origin)
    like = f"{(bare[1] or 'https').lower()}://{bare[2].lower()}" if bare else "https://example.com"
    if "*" in origin:
        like = "each of them by its whole name"
    raise UsageError(
        f"--origin {origin} is what no browser sends: an origin is scheme, name and port alone, "
        "in small letters, without a path or slash",
        remedy=f"write {like}" if "*" in origin else f"write --origin {like}",
    )


def missing_words(asked: Asked, cors: Cors) -> list[str]:
    """Return what was asked for and is not so yet, in words."""
    found = []
    everybody = "*" in cors.origins
    found += [
        f"the origin {one}"
        for one in asked.origins
        if one not in cors.origins and (not everybody or cors.credentials)
    ]
    if asked.credentials is not None and asked.credentials != cors.credentials:
        found.append("credentials" if asked.credentials else "no credentials")
    if "*" not in cors.methods:
        found += [f"the method {one}" for one in asked.methods if one not in cors.methods]
    if "*" not in cors.headers:
        known = {one.lower() for one in cors.headers}
        found += [f"the header {one}" for one in asked.headers if one.lower() not in known]
    return found


def existing_question(
    asked: Asked, cors: Cors, missing: Sequence[str], *, in_source: bool
) -> Question:
    """Return what is asked where a project has CORS already."""
    place = Place(cors.file, cors.line)
    credentials = cors.credentials if asked.credentials is None else asked.credentials
    lets_all = "*" in cors.origins and credentials
    now = ", ".join(cors.origins) or "what a setting gives"
    why = f"{place} allows {now}, with{'' if cors.credentials else 'out'} credentials"
    if "*" in cors.origins and cors.credentials:
        why += ": any page can act for a signed-in user"
    choices = []
    if in_source:
        kept = kept_origins(asked, cors)
        trade = "A deployment says who may read, without a change of code."
        if lets_all:
            trade += " Every other page loses what it can read now."
        choices.append(
            Choice(
                "settings",
                f"Read the origins from CORS_ORIGINS, {', '.join(kept)} where it is not set"
                + (f"; with {', '.join(missing)}." if missing else "."),
                trade,
            )
        )
    if missing and not (lets_all and in_source):
        choices.append(
            Choice(
                "add",
                f"Add {', '.join(missing)} where the others are given.",
                "The smallest change." if not in_source else "The origins stay in the code.",
            )
        )
    choices.append(Choice("keep", "Leave it as it is.", "Nothing is added."))
    return Question(
        key="existing",
        text=f"The project has CORS already ({place}). What shall become of it?",
        why=why,
        choices=tuple(choices),
        recommended=choices[0].value,
    )


def kept_origins(asked: Asked, cors: Cors) -> tuple[str, ...]:
    """Return the origins that are allowed where the new setting is not set."""
    credentials = cors.credentials if asked.credentials is None else asked.credentials
    lets_all = "*" in cors.origins and credentials
    there = () if lets_all or (asked.origins and "*" in cors.origins) else cors.origins
    return tuple(dict.fromkeys((*there, *asked.origins))) or LOCAL
