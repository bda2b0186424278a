"""Following many endpoints: every other one in a process beside ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from backwright.project.apart import apart
from backwright.project.ownership.ground import Ground
from backwright.project.types import Endpoint, Unresolved

Job = TypeVar("Job")
Found = TypeVar("Found")
MANY = 24
_TOO_MANY = "whose rows the endpoints touch is not followed to the end: there are too many"


def in_halves(
    make: Callable[[], Ground],
    jobs: Sequence[tuple[Endpoint, Job]],
    follow: Callable[[Ground, Job], Found],
    without: Found,
) -> list[Found]:
    """Follow endpoints, and return what each came to, in their order.

    Each half has a ground and a budget of its own, so that it comes out the same wherever it is
    followed. What cannot be read is noted, and comes to `without`.

    Args:
        make: Makes what the endpoints of one half are judged on.
        jobs: The endpoints, each with what `follow` needs.
        follow: Follows one endpoint; its result is pickled.
        without: The result of one that cannot be followed.
    """
    if len(jobs) < MANY:
        return _noted(ground := make(), _share(ground, jobs, follow, without))
    ground = make()
    beside = apart(partial(_share, make(), jobs[1::2], follow, without))
    mine = _share(ground, jobs[::2], follow, without)
    found = [without] * len(jobs)
    found[::2], found[1::2] = _noted(ground, mine), _noted(ground, beside())
    return found


def _share(
    ground: Ground,
    jobs: Sequence[tuple[Endpoint, Job]],
    follow: Callable[[Ground, Job], Found],
    without: Found,
) -> tuple[list[Found], list[Unresolved]]:
    """Follow some endpoints; return what they came to, and what could not be read or followed."""
    world = ground.world
    before = set(world.unresolved)
    found = [
        world.guarded(partial(follow, ground, job), without, (endpoint.file, endpoint.line))
        for endpoint, job in jobs
    ]
    if ground.steps <= 0:
        world.unresolved.setdefault(Unresolved(jobs[0][0].file, jobs[0][0].line, _TOO_MANY))
    return found, [one for one in world.unresolved if one not in before]


def _noted(ground: Ground, share: tuple[list[Found], list[Unresolved]]) -> list[Found]:
    """Note here what was not read, wherever that was."""
    found, unresolved = share
    ground.world.unresolved.update(dict.fromkeys(unresolved))
    return found
