"""The CORS middleware's settings."""

from __future__ import annotations

from backwright.project.annotations import shown_value
from backwright.project.apps import FoundApp
from backwright.project.interpret import knowing
from backwright.project.interpret.framework import held
from backwright.project.interpret.values import Instance, Unknown, is_external, settle, why_unknown
from backwright.project.interpret.world import World
from backwright.project.types import Cors, Unresolved


def read_cors(world: World, apps: list[FoundApp]) -> Cors | None:
    """Return the settings of the first CORS middleware of the applications (and mounted ones)."""
    for made in _middleware(world, apps):
        options = made.kwargs
        return Cors(
            file=made.file,
            line=made.line,
            origins=_texts(world, made, options.get("allow_origins"), "origins"),
            credentials=knowing.truth(options.get("allow_credentials", False)) is True,
            methods=_texts(world, made, options.get("allow_methods", ("GET",)), "methods"),
            headers=_texts(world, made, options.get("allow_headers"), "headers"),
            origin_regex=knowing.text(options["allow_origin_regex"])
            if options.get("allow_origin_regex") is not None
            else None,
        )
    return None


def _middleware(world: World, apps: list[FoundApp]) -> list[Instance]:
    candidates = [one for app in apps for one in held(app.instance, "user_middleware")]
    candidates += [one for made in world.instances for one in held(made, "user_middleware")]
    candidates += list(world.instances)
    found = []
    for one in candidates:
        if not isinstance(one, Instance):
            continue
        target = settle(one.args[0]) if one.args else settle(one.kwargs.get("cls"))
        if is_external(one.cls, "CORSMiddleware") or is_external(target, "CORSMiddleware"):
            found.append(one)
    return found


def _texts(world: World, made: Instance, value: object, what: str) -> tuple[str, ...]:
    if value is None:
        return ()
    known = knowing.elements(value)
    if isinstance(settle(value), str):
        known = [value]
    if known is None:
        why = f"the CORS {what} are not known: {why_unknown(settle(value))}"
        world.unresolved.setdefault(Unresolved(made.file, made.line, why))
        return ()
    if isinstance(value, Unknown):
        why = f"the CORS {what} are not certain: {why_unknown(value)}"
        world.unresolved.setdefault(Unresolved(made.file, made.line, why))
    for one in known:
        if isinstance(settle(one), Unknown):
            why = f"one of the CORS {what} is not known: {why_unknown(one)}"
            world.unresolved.setdefault(Unresolved(made.file, made.line, why))
    told = [one for one in known if not isinstance(settle(one), Unknown)]
    return tuple(knowing.text(one) or shown_value(one) for one in told)
