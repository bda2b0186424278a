"""What endpoints do with accounts: the ways to one, and those that show or change what others have."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backwright.project.types import Endpoint, Project
from backwright.transfer.guarding.adopting import looks_like_accounts

_KEPT = re.compile(r"(?i)token|session|blacklist|otp|verification")  # what signing in keeps
_SECRETS = re.compile(r"(?i)token|code|otp|secret|signature")

_GENERIC = frozenset(("list", "dict", "str", "int", "bool", "float", "None", "List", "Dict", "Any", "Optional",
                      "Union", "Sequence", "Page"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """What an endpoint does with models: which it touches, and of which it makes rows.

    `credentials` tells whether it checks a password or a token itself, `asked` names its parameters.
    """

    endpoint: Endpoint
    touched: frozenset[str]
    made: frozenset[str]
    credentials: bool = False
    asked: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The endpoint as answers name it."""
        return f"{self.endpoint.method} {self.endpoint.path}"


def accounts_of(project: Project) -> set[str]:
    """Return the models whose rows are accounts."""
    found = {model.name for model in project.models if looks_like_accounts(model)}
    return found | ({project.auth.user_model} if project.auth.user_model else set())


def is_kept_by_signing_in(name: str) -> bool:
    """Tell whether a model keeps what signing in needs, such as tokens: such is no resource."""
    return bool(_KEPT.search(name))


def is_way_in(use: Use, people: set[str]) -> bool:
    """Tell whether an endpoint is for who has not signed in yet: nobody has an account before.

    It signs up or in, gives a new token, or takes what a mail has brought: no row is named by its path.
    """
    names = re.findall(r"\{(\w+)", use.endpoint.path)
    if not all(map(_SECRETS.search, names)):
        return False
    if use.endpoint.method == "POST":
        kept = bool(use.touched) and all(
            one in people or is_kept_by_signing_in(one) for one in use.touched
        )
        is_about_them = any(map(is_kept_by_signing_in, use.touched))
        return bool(use.made & people) or use.credentials or (kept and is_about_them)
    return use.endpoint.method == "GET" and any(map(_SECRETS.search, [*names, *use.asked]))


def shows_accounts(project: Project, endpoint: Endpoint, people: set[str]) -> bool:
    """Tell whether an endpoint answers with accounts, as its schema says.

    What is told of the caller's own account is such a schema, too.
    """
    schemas = {one.name for one in project.schemas if one.model in people}
    for one in project.endpoints:
        schemas |= _named(one) if one.path.endswith("/me") else set()
    return bool(schemas & _named(endpoint))


def _named(endpoint: Endpoint) -> set[str]:
    """Return the schemas that an endpoint's answer names."""
    return {*re.findall(r"\w+", endpoint.response_model or "")} - _GENERIC
