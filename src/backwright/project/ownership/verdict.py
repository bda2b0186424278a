"""Whether an endpoint keeps to the rows of its caller."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from backwright.project.interpret.values import External
from backwright.project.interpret.world import World
from backwright.project.ownership.accesses import Access, Creation, bases, creations
from backwright.project.ownership.asking import Asking, as_facts, asked_of
from backwright.project.ownership.callers import ModelIndex
from backwright.project.ownership.creating import of_creation
from backwright.project.ownership.ground import Ground
from backwright.project.ownership.halves import in_halves
from backwright.project.ownership.owners import points_to
from backwright.project.ownership.request import Signed
from backwright.project.ownership.scoping import Judge
from backwright.project.ownership.terms import walk
from backwright.project.ownership.touches import Rows, Touched, owners_set, told, touched_rows
from backwright.project.routes import Route
from backwright.project.schemas import by_name
from backwright.project.types import Asked, Endpoint, Model, Schema, Touch

_Job = tuple[Route, tuple[set[str], ...]]
READING = frozenset({"GET", "HEAD", "OPTIONS", "WEBSOCKET"})


@dataclass(frozen=True)
class Scoped:
    """The endpoints, each with whether it keeps to its caller's rows; what they touch and ask."""

    endpoints: list[Endpoint]
    touches: list[Touch] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)


@dataclass(frozen=True)
class _Followed:
    """What following one route tells."""

    verdict: bool | None = None
    touched: list[Touched] = field(default_factory=list)
    asked: list[Asking] = field(default_factory=list)


def scoped(
    world: World,
    routes: Mapping[Endpoint, Route],
    models: list[Model],
    schemas: list[Schema],
    user: Model | None,
) -> Scoped:
    """Return the endpoints, each with whether it keeps to the rows of its caller, and what it touches."""
    if user is None or not any(one.owner for one in models):
        return Scoped(list(routes))
    names = {one.name for one in models}
    owned = {one.name for one in models if one.owner is not None}
    linked = _linked(models)
    speaks_for = {one.name: one.model for one in schemas if one.model}
    guarded = [one for one in routes if one.auth != "none"]
    subjects = {one: _subjects(one, speaks_for, names) for one in routes}
    named = {one: set[str]().union(*subjects[one]) for one in routes}
    about = [one for one in routes if one.auth == "none" and _may_touch(one, named[one], owned)]
    jobs: dict[int, tuple[Endpoint, _Job]] = {}
    for one in (*sorted(guarded, key=lambda one: not named[one]), *about):
        if not named[one] or named[one] & (owned | linked):
            jobs.setdefault(id(routes[one]), (one, (routes[one], subjects[one])))
    make = partial(Ground, world, ModelIndex(models), user, tuple(models))
    followed = in_halves(make, list(jobs.values()), _verdict, _Followed())
    known: dict[int, bool | None] = {}
    found = Scoped([])
    for (endpoint, (route, _)), told_of in zip(jobs.values(), followed, strict=True):
        for method in route.methods:
            found.asked.extend(as_facts(told_of.asked, endpoint, method))
        if named[endpoint] and not named[endpoint] & owned:
            continue
        known[id(route)] = told_of.verdict if endpoint.auth != "none" else None
        for method in route.methods:
            found.touches.extend(told(told_of.touched, endpoint, method))
    judged = [replace(one, owner_scoped=known.get(id(route))) for one, route in routes.items()]
    return replace(found, endpoints=judged)


def _linked(models: list[Model]) -> set[str]:
    """Return the models of no owner that owned rows refer to: teams that members belong to."""
    keys = [
        column.foreign_key
        for one in models
        if one.owner is not None
        for column in one.columns
        if column.foreign_key
    ]
    return {
        one.name for one in models if one.owner is None and any(points_to(key, one) for key in keys)
    }


def _may_touch(endpoint: Endpoint, named: set[str], owned: set[str]) -> bool:
    """Tell whether an endpoint that anybody may call could be about owned rows."""
    return bool(named & owned) or (not named and endpoint.method not in READING)


def _subjects(
    endpoint: Endpoint, speaks_for: Mapping[str, str | None], names: set[str]
) -> tuple[set[str], ...]:
    """Return the models that an endpoint may be about: by its schemas, its name, its path."""
    words = re.findall(r"\w+", f"{endpoint.response_model or ''} {endpoint.request_model or ''}")
    by_schemas = {name for word in words if (name := speaks_for.get(word) or word) in names}
    handler = endpoint.handler.rpartition(":")[2].rpartition(".")[2]
    segments = [one for one in endpoint.path.split("/") if one and not one.startswith("{")]
    spoken = (handler, segments[-1] if segments else "")
    by_words = (by_name("".join(map(str.title, one.split("_"))), names) for one in spoken)
    return (by_schemas, *({one} for one in by_words if one))


def _verdict(ground: Ground, job: _Job) -> _Followed:
    """Return whether a route keeps to the rows of its caller, and the owned rows that it touches."""
    route, subjects = job
    seen, whole = Signed(ground).follow(route)
    judge = Judge(seen, ground)
    verdict, touched = _judged(ground, route, subjects, judge, whole=whole)
    return _Followed(verdict, touched, asked_of(judge) if whole else [])


def _judged(
    ground: Ground, route: Route, subjects: tuple[set[str], ...], judge: Judge, *, whole: bool
) -> tuple[bool | None, list[Touched]]:
    """Return the verdict on what a route is about, and the owned rows that it touches."""
    seen = judge.seen
    returned = bases(seen.result, ground.index)
    touched: list[Rows] = [*creations(seen, ground.index), *judge.accesses]
    writes = not READING.issuperset(route.methods)
    chosen = _chosen(touched, subjects, returned, judge, writes=writes)
    verdicts = [(one, _of(one, judge)) for one in chosen]
    wrong = [one for one, verdict in verdicts if verdict is False]
    right = [one for one, verdict in verdicts if verdict]
    excused = [one for one in wrong if _is_excused(one, right, judge)]
    told_of = touched_rows(touched, verdicts, excused, judge, whole=whole)
    told_of += owners_set(seen, judge)
    if any(one.model.owner is None for one in chosen):
        return None, told_of
    kept = [verdict for one, verdict in verdicts if one not in excused]
    if not kept:
        return _by_relationship(seen.result, judge, ground), told_of
    if not whole:
        return None, told_of  # what was not followed may check the rows
    if False in kept:
        return False, told_of
    return None if None in kept else True, told_of


def _chosen(
    touched: list[Rows],
    subjects: tuple[set[str], ...],
    returned: set[int],
    judge: Judge,
    *,
    writes: bool,
) -> Sequence[Rows]:
    """Return what an endpoint is about: rows of the models it speaks of, else of any.

    It is what is changed; where nothing is, what is given back; else everything that is read.
    An endpoint that writes, but none of these models, is about the owned rows that it changes.
    """
    changed = [
        one for one in _changed(touched) if one.model.owner and not _is_early(one, judge, returned)
    ]
    for names in subjects:
        about = [one for one in touched if one.model.name in names]
        about = [one for one in about if not _is_early(one, judge, returned)] or about
        if about and writes and changed and not _changed(about):
            return changed
        if about:
            owned = [one for one in about if one.model.owner is not None]
            return _weightiest(owned or about, returned)
    if any(subjects):
        return []
    own = [one for one in touched if not _is_early(one, judge, returned)]
    return _weightiest(own, returned)


def _weightiest(touched: list[Rows], returned: set[int]) -> Sequence[Rows]:
    given = [one for one in touched if isinstance(one, Access) and id(one.base) in returned]
    return _changed(touched) or given or touched


def _changed(touched: list[Rows]) -> list[Rows]:
    return [one for one in touched if isinstance(one, Creation) or one.writes]


def _is_early(one: Rows, judge: Judge, returned: set[int]) -> bool:
    """Tell whether rows were read by a dependency only, for whatever it wanted to know."""
    early = judge.seen.early
    if isinstance(one, Creation):
        return id(one.made) in early
    if id(one.way[0]) not in early or id(one.base) in returned:
        return False
    return not one.writes or not judge.is_said_in(one)


def _of(one: Rows, judge: Judge) -> bool | None:
    if isinstance(one, Creation):
        return of_creation(judge, one)
    verdict = judge.of_access(one)
    return None if verdict is False and _hangs_on_shared(one, judge) else verdict


def _hangs_on_shared(one: Access, judge: Judge) -> bool:
    """Tell whether rows hang on a row of no owner that was found by the caller: their team's tickets."""
    parents = {column.foreign_key for column in one.model.columns if column.foreign_key}
    return any(points_to(key, other) for other in judge.shared for key in parents)


def _is_excused(one: Rows, right: list[Rows], judge: Judge) -> bool:
    """Tell whether unscoped rows are for callers with a privilege, beside scoped ones."""
    others = [other for other in right if other.model is one.model]
    return any(_asks_for_privilege(touch, judge) for touch in (one, *others)) if others else False


def _asks_for_privilege(one: Rows, judge: Judge) -> bool:
    nodes = one.way if isinstance(one, Access) else (one.made,)
    under = (test for node in nodes for test in judge.seen.under.get(id(node), ()))
    return any(judge.asks_of_caller(test) for test in under)


def _by_relationship(result: object, judge: Judge, ground: Ground) -> bool | None:
    """Judge an endpoint without a query of its own: it gives the caller's `user.items`."""
    owned = {one.name for one in ground.models if one.owner is not None}
    names = {one.name for one in ground.user.relationships if one.target in owned}
    for one in walk(result):
        if isinstance(one, External) and one.name.rpartition(".")[2] in names:
            return judge.is_callers(one) or None
    return None
