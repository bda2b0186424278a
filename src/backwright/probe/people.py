"""The users that a probe has: registered or given, logged in, one of them privileged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backwright.probe.client import ANONYMOUS, Identity
from backwright.probe.database import Key

# What an account is known by.
KNOWN = ("id", "uuid", "uid", "user_id", "username", "email", "pk", "slug", "name")


@dataclass
class Person:
    """Somebody with an account.

    Attributes:
        name: What reports call them.
        letter: What the marks in their data begin with.
        identity: What their requests carry.
        password: Their password.
        known: What is known of the account: id, email, username, whatever answers said.
        row: Their row in the table of users, if the database is seen.
        refresh: Their refresh token.
        token: Their access token.
        crumbs: The cookies that their login set.
        login: The body that they logged in with.
        privileged: Whether they have the rights of an administrator.
    """

    name: str
    letter: str
    identity: Identity = ANONYMOUS
    password: str = ""
    known: dict[str, Any] = field(default_factory=dict)
    row: Key | None = None
    refresh: str | None = None
    token: str | None = None
    crumbs: Mapping[str, str] = field(default_factory=dict)
    login: Mapping[str, Any] = field(default_factory=dict)
    privileged: bool = False

    def ids(self) -> tuple[str, ...]:
        """Return the values that other rows may refer to this account by."""
        names = ("id", "uuid", "uid", "user_id", "username", "email", "pk")
        return tuple(str(self.known[name]) for name in names if self.known.get(name) is not None)

    def cookie_header(self) -> dict[str, str]:
        """Return the header with the cookies that their login set."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.crumbs.items())}
