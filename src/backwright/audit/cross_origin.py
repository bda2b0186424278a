"""The CORS middlewares of a project, as rules ask for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.audit.rule import at
from backwright.audit.sources import Source, keyword, last_name
from backwright.audit.subject import Subject
from backwright.values import Place


@dataclass(frozen=True, slots=True)
class Middleware:
    """One CORS middleware.

    Attributes:
        place: Where it is added.
        credentials: Whether cookies may come along.
        any_origin: What allows every origin; empty if nothing does.
        by_default: Whether only a setting's default does.
        literal: The origins that are written in the code.
        origins_known: Whether it is known which origins are allowed.
        pattern: The pattern of allowed origins.
        source: The module of the call that adds it.
        call: That call.
    """

    place: Place
    credentials: bool
    any_origin: str
    by_default: bool
    literal: tuple[str, ...]
    origins_known: bool
    pattern: str
    source: Source
    call: ast.Call


def middlewares(subject: Subject) -> Iterator[Middleware]:
    """Yield the CORS middlewares that the program adds."""
    for source in subject.program:
        if "CORSMiddleware" not in source.text:
            continue
        for call in source.nodes(ast.Call):
            if _adds_cors(subject, source, call):
                yield _middleware(subject, source, call)


def _adds_cors(subject: Subject, source: Source, call: ast.Call) -> bool:
    if last_name(call.func) == "CORSMiddleware":
        return any(one.arg in {"allow_origins", "allow_origin_regex"} for one in call.keywords)
    first = call.args[0] if call.args else keyword(call, "middleware_class")
    return (
        last_name(call.func) in {"add_middleware", "Middleware"}
        and first is not None
        and (subject.names.library(source, first) or last_name(first)).endswith("CORSMiddleware")
    )


def _middleware(subject: Subject, source: Source, call: ast.Call) -> Middleware:
    place = at(source, call)
    origins, pattern = keyword(call, "allow_origins"), keyword(call, "allow_origin_regex")
    allowed = subject.texts(source, origins) if origins is not None else []
    told = _told(subject, place) if not allowed and origins is not None else ()
    text = subject.constant(source, pattern)
    shown = text if isinstance(text, str) else ""
    cors = subject.project.cors
    if not shown and pattern is not None and cors and (cors.file, cors.line) == _key(place):
        shown = cors.origin_regex or ""
    stars = [one for one in allowed if one.value == "*"]
    everywhere = "allow_origins" if stars or "*" in told else ""
    if shown in {".*", "^.*$", ".+", "https?://.*", "^https?://.*$"}:
        everywhere = "allow_origin_regex"
    return Middleware(
        place,
        subject.constant(source, keyword(call, "allow_credentials")) is True,
        everywhere,
        bool(everywhere) and all(one.setting for one in stars) and not shown,
        tuple(one.value for one in allowed if not one.setting),
        bool(allowed or told or shown) or (origins is None and pattern is None),
        "" if everywhere else shown,
        source,
        call,
    )


def _told(subject: Subject, place: Place) -> tuple[str, ...]:
    """Return the origins that running the settings gives: their defaults."""
    cors = subject.project.cors
    return cors.origins if cors is not None and (cors.file, cors.line) == _key(place) else ()


def _key(place: Place) -> tuple[str, int]:
    return place.file, place.line
