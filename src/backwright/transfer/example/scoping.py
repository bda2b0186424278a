"""Whose the rows of a resource are, by its endpoints: their owner's alone, or everybody's."""

from __future__ import annotations

from backwright.project.types import Endpoint
from backwright.transfer.example.chain import Chain
from backwright.transfer.example.clearing import verbs


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
