"""Choosing the exemplar: the resource with the most complete and most typical chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backwright.errors import UsageError
from backwright.project.types import Model
from backwright.spec.fields import nearest
from backwright.spec.names import names_of
from backwright.spec.types import ResourceSpec
from backwright.transfer.example.chain import Chain, read_chain
from backwright.transfer.example.clearing import VERBS, cleared, verbs
from backwright.transfer.example.ownership import Ownership, is_account, is_link

_LEAST = 2  # of the five verbs: less is no example of how this project does things
_SERVANTS = frozenset(
    {
        "token",
        "key",
        "credential",
        "blacklist",
        "permission",
        "role",
        "log",
        "audit",
        "setting",
        "session",
        "otp",
        "limit",
    }
)
_HTTP_WORDS = frozenset({"post", "get", "put", "patch", "option", "request", "response", "session"})


@dataclass(frozen=True)
class Choice:
    """A resource to learn from, and what speaks for it."""

    chain: Chain
    score: float
    reasons: tuple[str, ...]

    @property
    def why(self) -> str:
        """Say in a few words why this one."""
        return ", ".join(self.reasons)


def choose(owners: Ownership, spec: ResourceSpec) -> list[Choice]:
    """Return the resources to learn from, the best first: `--like`, else all that are whole enough.

    Raises:
        UsageError: `--like` names no resource of the project.
    """
    models = [m for m in owners.project.models if not is_link(m)]
    if spec.like:
        wanted = names_of(spec.like).snake
        for model in models:
            names = owners.nouns.names[model.name]
            forms = {names.snake, names.plural_snake, names_of(model.name).snake}
            if wanted in forms:
                chain = cleared(owners, read_chain(owners, model))
                return [Choice(chain, 0, ("--like names it",))]
        known = [owners.nouns.names[m.name].pascal for m in models]
        raise UsageError(
            f"{spec.like!r} is no resource of this project{nearest(spec.like, known)}",
            remedy=f"one of: {', '.join(known) or 'none'}",
        )
    plain = [m for m in models if not is_account(owners.project, m.name)]
    whole = _ranked(owners, plain, spec)
    if not whole and owners.project.auth.approach == "none":  # users are rows like others then
        whole = _ranked(owners, models, spec)
    return [replace(c, chain=cleared(owners, c.chain)) for c in whole]


def _ranked(owners: Ownership, models: Iterable[Model], spec: ResourceSpec) -> list[Choice]:
    """Return the resources that are whole enough to be learnt from, the best first."""
    chains = [c for m in models if _is_whole(c := read_chain(owners, m))]
    return sorted((_judged(owners, c, spec) for c in chains), key=lambda c: -c.score)


def _is_whole(chain: Chain) -> bool:
    """A resource can be learnt from where rows are made, and read in some way."""
    done = set(verbs(chain.endpoints))
    return len(done) >= _LEAST and "create" in done


def _judged(owners: Ownership, chain: Chain, spec: ResourceSpec) -> Choice:
    done = verbs(chain.endpoints)
    roles = chain.roles
    score = 2.0 * len(done)
    reasons = [f"{len(done)} of the {len(VERBS)} verbs"] if done else []
    for role, weight in (("schema", 1), ("service", 1), ("test", 2), ("factory", 1)):
        if role in roles:
            score += weight
            reasons.append({"test": "tests", "factory": "sample rows"}.get(role, role))
    if chain.model.owner:
        score += 1
        reasons.append("rows of users")
    score -= 0.5 * min(4, max(0, len(chain.endpoints) - len(done)))
    score -= 0.5 * (chain.names.snake in _HTTP_WORDS)
    score -= 3.0 * bool(_SERVANTS & set(chain.names.snake.split("_")))
    score -= 0.5 * min(3, _children(owners, chain))
    score -= 1.5 * any(r.target == chain.model.name for r in chain.model.relationships)  # a tree
    score += 0.5 * _refers(chain, spec) - _length(chain) / 400
    return Choice(chain, score, tuple(reasons))


def _refers(chain: Chain, spec: ResourceSpec) -> bool:
    """Tell whether both the request and the exemplar refer to other resources."""
    owner = chain.model.owner.column if chain.model.owner else None
    refers = any(c.foreign_key and c.name != owner for c in chain.model.columns)
    return refers and any(f.kind == "ref" for f in spec.fields)


def _children(owners: Ownership, chain: Chain) -> int:
    """Count the resources below an exemplar: its code speaks of them, and the new one has none."""
    table = chain.model.table
    return sum(
        any((c.foreign_key or "").rpartition(".")[0] == table for c in model.columns)
        for model in owners.project.models
        if model is not chain.model and not is_link(model)
    )


def _length(chain: Chain) -> int:
    """Count the lines of service and routes: rules of its own make a resource less typical."""
    parts = [p for p in chain.parts if p.role in ("service", "routes")]
    return sum(s.end - s.start + 1 for p in parts for s in p.statements)


def missing_verbs(chain: Chain) -> Sequence[str]:
    """Return which of the five verbs an exemplar has no endpoint for."""
    done = verbs(chain.endpoints)
    return [verb for verb in VERBS if verb not in done]
