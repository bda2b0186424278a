"""The ways into an API: which operations register an account, log in, and say who one is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from backwright.probe.operations import Api, Operation
from backwright.probe.samples import PASSWORD_WORDS

_PASSWORD = re.compile(
    rf"(?i)pass(word|wd|phrase|code)?\d?$|^pwd$|plain_?password|^({PASSWORD_WORDS})$"
)
_IDENTIFIER = re.compile(r"(?i)^(e_?mail(_?address)?|user_?name|login|identifier|account|handle|"
                         r"user_?id|phone(_?number)?|name|nick(name)?)$")  # fmt: skip
_LOGIN = re.compile(r"(?i)log_?-?in|sign_?-?in|authenticate|access-?_?token|obtain")
_TOKEN = re.compile(r"(?i)(^|[/_-])(token|auth|session|sessions|jwt)s?(/|$)")
_REGISTER = re.compile(r"(?i)register|sign-?_?up|registration|enroll|join")
_ACCOUNTS = re.compile(r"(?i)/(users?|accounts?|members?|customers?|profiles?|authors?)/?$")
_CREATE = re.compile(r"(?i)/(create|add|new)(-?_?(user|account))?/?$")
_NEITHER = re.compile(
    r"(?i)refresh|reset|forgot|recover|change|verif|confirm|revoke|log-?_?out|sign-?_?out|"
    r"delete|2fa|mfa|otp|test|callback|admin|update"
)
_SELF = re.compile(
    r"(?i)(^|[/_-])(me|whoami|profile|current|self|current[_-]?user|user|account)/?$"
)


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways in, the likeliest first."""

    registrations: tuple[Operation, ...]
    logins: tuple[Operation, ...]
    selves: tuple[Operation, ...]


def find_doors(api: Api, token_url: str | None = None) -> Doors:
    """Find them by path, body and the document's OAuth2 flows.

    Args:
        api: The operations.
        token_url: Where the project's source says that tokens are given.
    """
    urls = [*_token_urls(api), *([token_url] if token_url else [])]
    logins = _ranked((one, _login_score(api, one, urls)) for one in api.operations)
    registrations = _ranked((one, _register_score(api, one)) for one in api.operations)
    selves = [
        one
        for one in api.operations
        if one.method == "GET" and not one.path_names and _SELF.search(one.path)
    ]
    return Doors(
        tuple(one for one in registrations if one not in logins[:1]), logins, tuple(selves)
    )


def password_fields(api: Api, operation: Operation) -> tuple[str, ...]:
    """Return the fields of a body that take a password."""
    return tuple(name for name in fields_of(api, operation) if _PASSWORD.search(name))


def identifier_fields(api: Api, operation: Operation) -> tuple[str, ...]:
    """Return the fields of a body that say who somebody is."""
    return tuple(name for name in fields_of(api, operation) if _IDENTIFIER.match(name))


def fields_of(api: Api, operation: Operation) -> tuple[str, ...]:
    """Return the fields of a body, those of one inner object among them."""
    if operation.body is None:
        return ()
    found = api.schemas.properties(operation.body)
    inner = [name for one in found.values() for name in api.schemas.properties(one)]
    return (*found, *inner)


def _ranked(scored: Iterator[tuple[Operation, int]]) -> tuple[Operation, ...]:
    kept = [(score, one) for one, score in scored if score > 0]
    return tuple(one for _, one in sorted(kept, key=lambda pair: -pair[0]))


def _token_urls(api: Api) -> Iterator[str]:
    for scheme in api.security.values():
        for flow in (scheme.get("flows") or {}).values():
            if flow.get("tokenUrl"):
                yield str(flow["tokenUrl"])


def _login_score(api: Api, one: Operation, urls: list[str]) -> int:
    """Score an operation as a login: 0 for none."""
    if one.method != "POST" or one.path_names:
        return 0
    path = one.path.strip("/")
    named = [urlsplit(url).path.strip("/") for url in urls]
    if any(url and (path == url or path.endswith("/" + url)) for url in named):
        return 100
    if not password_fields(api, one) or not identifier_fields(api, one) or _NEITHER.search(path):
        return 0
    names = f"{path} {one.words}"
    if _REGISTER.search(path):
        return 0
    score = 40 if _LOGIN.search(path) else 30 if _TOKEN.search("/" + path) else 0
    if not score and _LOGIN.search(names):
        score = 20
    return score + (5 if one.media.startswith("application/") else 0) if score else 0


def _register_score(api: Api, one: Operation) -> int:
    """Score an operation as a registration: 0 for none."""
    if one.method not in ("POST", "PUT") or one.path_names or not password_fields(api, one):
        return 0
    path = "/" + one.path.strip("/")
    if _NEITHER.search(path) and not _REGISTER.search(path):
        return 0
    score = 0
    if _REGISTER.search(path):
        score = 60
    elif _ACCOUNTS.search(path) or _CREATE.search(path):
        score = 40
    elif _REGISTER.search(one.words) and not _LOGIN.search(path):
        score = 20
    return score - (10 if one.secured else 0)
