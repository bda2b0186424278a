"""Whose the rows of a resource are, by its endpoints: their owner's alone, everybody's, or in part."""

from __future__ import annotations

from backwright.project.types import Endpoint
from backwright.transfer.example.chain import Chain
from backwright.transfer.example.clearing import verbs

_READING = frozenset({"list", "get"})


def is_scoped(chain: Chain) -> bool:
    """Tell whether only the user whose they are can change or delete a resource's rows."""
    if chain.model.owner is None or unscoped(chain) is not None:
        return False
    seen = [e for e in chain.endpoints if e.owner_scoped]
    return bool(seen) or any(e.auth == "required" for e in chain.endpoints)


def unscoped(chain: Chain) -> Endpoint | None:
    """Return an endpoint by which anybody can change or delete a resource's row."""
    done = verbs(chain.endpoints)
    writing = [done[verb] for verb in ("update", "delete") if verb in done]
    return next((e for e in writing if e.owner_scoped is False), None)


def holes(chain: Chain) -> tuple[Endpoint, ...]:
    """Return the endpoints that forget whose a row is, while others of the same resource look.

    What reads forgets it only where something else that reads looks: posts that all may read, and
    their authors alone may change, are meant so.
    """
    if chain.model.owner is None:
        return ()
    done = {verb: e for verb, e in verbs(chain.endpoints).items() if verb != "create"}
    looking = {verb for verb, e in done.items() if e.owner_scoped}
    open_ones = {verb for verb, e in done.items() if e.owner_scoped is False}
    if not looking & _READING:
        open_ones -= _READING
    return tuple(e for verb, e in done.items() if verb in open_ones) if looking else ()
