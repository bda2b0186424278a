"""What opens an API: the form of a token or of cookies that its protected operations accept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backwright.probe.client import ANONYMOUS, Call, Exchange, Identity
from backwright.probe.objects import describe
from backwright.probe.operations import Api, Operation
from backwright.probe.session import Session

_MOST = 12
_TRIED = 4
_OF_RIGHTS = re.compile(r"(?i)permi|privileg|admin|role|superuser|allow|forbid|rights|enough")
_OF_TOKENS = re.compile(r"(?i)token|subject|signature|expire|credential|decode|claim|jwt")

Carrier = Mapping[str, str]  # the headers of a request


@dataclass
class Entrance:
    """Finds protected operations of one API, and who gets in.

    Attributes:
        session: The state of the probe.
        selves: Operations that say who one is.
        protected: An operation that refuses the unknown and answers who is logged in.
        refusal: What the last identity that did not get in was told.
    """

    session: Session
    selves: tuple[Operation, ...]
    protected: Operation | None = None
    refusal: str = ""

    def opened(self, name: str, carriers: Sequence[Carrier]) -> Identity | None:
        """Return the first identity that gets in; None where none does.

        Without a protected operation the first is taken. Who is known but may not call anything
        that was tried gets in, too: the answer is another one than for a token that is none.
        """
        identities = [identity_of(name, one) for one in carriers]
        if not identities:
            return None
        tested = list(self._welcomed(identities))
        if tested and isinstance(tested[-1], Identity):
            return tested[-1]
        calls = [Call(one) for one in tested if isinstance(one, Operation)] or self._guesses()
        if not calls:
            return identities[0] if self.protected is None else None
        return self._recognised(identities, calls)

    def _welcomed(self, identities: Sequence[Identity]) -> Iterator[Operation | Identity]:
        """Yield the protected operations that were tried, and last of all who was welcome."""
        closed = [self.protected] if self.protected else self._closed()
        for place, operation in enumerate(closed):
            if place >= _TRIED:
                return
            yield operation
            for identity in identities:
                if self.session.client.send(Call(operation), identity).ok:
                    self.protected = operation
                    yield identity
                    return

    def _closed(self) -> Iterator[Operation]:
        """Yield operations that can be called as they are, and refuse the unknown."""
        plain = [
            one
            for one in self.session.api.operations
            if one.method == "GET" and not one.path_names
            and not any(parameter.required for parameter in one.parameters)
        ]  # fmt: skip
        plain.sort(key=lambda one: not one.secured)
        erring = []
        for one in [*self.selves, *plain][:_MOST]:
            exchange = self.session.client.send(Call(one), ANONYMOUS)
            if exchange.status in (401, 403):
                yield one
            elif not exchange.ok and one.secured:
                erring.append(one)  # it refuses, though by an error
        yield from erring

    def _guesses(self) -> list[Call]:
        """Return calls that cannot succeed, and that are refused before that to the unknown."""
        return [call for call in self._calls() if self._refuses(call)][:_TRIED]

    def _calls(self) -> Iterator[Call]:
        sampler = self.session.sampler
        for one in self.session.api.operations:
            needs = one.body is not None and one.body.get("required") and one.method == "POST"
            if not one.secured or not (needs or (one.method == "GET" and one.path_names)):
                continue
            path = {
                p.name: sampler.value(p.schema, p.name, "z")
                for p in one.parameters
                if p.location == "path"
            }
            yield Call(one, path=path, body={} if needs else None)

    def _refuses(self, call: Call) -> bool:
        return self.session.client.send(call, ANONYMOUS).status in (401, 403)

    def _recognised(self, identities: Sequence[Identity], calls: Sequence[Call]) -> Identity | None:
        """Return who is told something else than a token that is none would be."""
        for call in calls[:_TRIED]:
            for identity in identities:
                told = self.session.client.send(call, identity)
                nobody = self.session.client.send(call, _spoilt(identity))
                if told.status != 429 and _is_known(told, nobody):
                    return identity
                self.refusal = f"{call.operation.key} {describe(told)}"
        return None


def _is_known(told: Exchange, nobody: Exchange) -> bool:
    """Tell whether an answer is for somebody who is known, beside one for a token that is none."""
    if told.status not in (401, 403):
        return told.status != nobody.status or told.answer.text != nobody.answer.text
    if (told.status, nobody.status) == (403, 401):
        return True
    text = told.answer.text
    other = text != nobody.answer.text
    return other and bool(_OF_RIGHTS.search(text)) and not _OF_TOKENS.search(text)


def _spoilt(identity: Identity) -> Identity:
    """Return an identity whose token or cookies are nobody's."""
    headers = {k: _other(v) for k, v in identity.headers.items()}
    return Identity(identity.name, headers, {k: _other(v) for k, v in identity.cookies.items()})


def _other(text: str) -> str:
    return f"{text[:-8]}qzqzqzqz"


def carriers_of(api: Api, token: str) -> Iterable[Carrier]:
    """Yield the headers that a token may be carried in, the likeliest first."""
    for prefix in ("Bearer ", "Token ", "JWT ", ""):
        yield bearer(token, prefix)
    for scheme in api.security.values():
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            yield {str(scheme.get("name")): token}
            yield {str(scheme.get("name")): f"Bearer {token}"}
        elif scheme.get("type") == "apiKey" and scheme.get("in") == "cookie":
            yield {"Cookie": f"{scheme.get('name')}={token}"}


def bearer(token: str, prefix: str = "Bearer ") -> dict[str, str]:
    """Return the header that carries a token; one that names its scheme is taken as it is."""
    return {"Authorization": token if token.startswith("Bearer ") else f"{prefix}{token}"}


def identity_of(name: str, headers: Carrier) -> Identity:
    """Return who sends some headers, cookies among them."""
    cookies = headers.get("Cookie")
    if cookies:
        return Identity(name, {}, dict(one.split("=", 1) for one in cookies.split("; ")))
    return Identity(name, dict(headers))
