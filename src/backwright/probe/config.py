"""`backwright.toml`: what a probe cannot find out by itself, and what a project declares."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backwright.errors import UsageError
from backwright.report.probe_types import CellKind
from backwright.values import Place

_NAME = "backwright.toml"
_KEYS = ("openapi", "public", "shared", "skip", "users")
_USER_KEYS = ("name", "username", "password", "headers", "login", "privileged", "body")


@dataclass(frozen=True, slots=True)
class GivenUser:
    """A user that the project gives: with credentials, with headers, or with a command.

    Attributes:
        name: What reports call them.
        body: What they log in with, by the fields of the login.
        headers: What their requests carry, instead of a login.
        login: A command that prints a token, instead of a login.
        privileged: Whether they are an administrator.
    """

    name: str
    body: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    login: str = ""
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of the probe.

    Attributes:
        openapi: Where the document is: a path on the server, or a file of the project.
        declared: Operations whose data is public or shared on purpose.
        skip: Operations that are never called.
        users: The users that are given.
    """

    openapi: str = ""
    declared: Mapping[str, CellKind] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()
    users: tuple[GivenUser, ...] = ()


def read_config(root: Path) -> Config:
    """Read the table `[probe]` of a project's `backwright.toml`; the usual settings without one.

    Raises:
        UsageError: the file is no TOML, or has a word that means nothing.
    """
    file = root / _NAME
    if not file.is_file():
        return Config()
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{_NAME} cannot be read: {error}", place=Place(_NAME, 1)) from error
    table = data.get("probe", {})
    _refuse_unknown(table, _KEYS, "[probe]")
    declared: dict[str, CellKind] = dict.fromkeys(map(_key, table.get("public", ())), "public")
    declared |= dict.fromkeys(map(_key, table.get("shared", ())), "shared")
    return Config(
        openapi=str(table.get("openapi", "")),
        declared=declared,
        skip=frozenset(map(_key, table.get("skip", ()))),
        users=tuple(_user(one, place) for place, one in enumerate(table.get("users", ()), 1)),
    )


def _key(text: str) -> str:
    method, _, path = text.partition(" ")
    if not path.startswith("/"):
        raise UsageError(
            f"{text!r} is no operation", place=Place(_NAME, 1), remedy='write it like "GET /posts"'
        )
    return f"{method.upper()} {path}"


def _user(table: Mapping[str, Any], place: int) -> GivenUser:
    _refuse_unknown(table, _USER_KEYS, f"[[probe.users]] number {place}")
    body = {k: str(table[k]) for k in ("username", "password") if k in table}
    return GivenUser(
        name=str(table.get("name", f"user-{place}")),
        body={**body, **table.get("body", {})},
        headers=table.get("headers", {}),
        login=str(table.get("login", "")),
        privileged=bool(table.get("privileged", False)),
    )


def _refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in table:
        if name not in known:
            raise UsageError(
                f"{name!r} means nothing in {where} of {_NAME}",
                place=Place(_NAME, 1),
                remedy=f"known are {', '.join(known)}",
            )
