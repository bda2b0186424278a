"""Why a token is not accepted: each of its parts against what the project wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from backwright.doctor.edits import segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import given
from backwright.doctor.registry import diagnosis
from backwright.doctor.tokens.causes import LOG_IN, random_cause, token_cause
from backwright.doctor.tokens.local_time import could_be_local, local_time
from backwright.doctor.tokens.mending import (
    algorithm_repair,
    key_repair,
    leeway_repair,
    random_key,
)
from backwright.doctor.tokens.reading import (
    Token,
    algorithms,
    bare,
    decodings,
    encodings,
    is_jose,
    keys,
    read_token,
)
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_MILLISECONDS = 100_000_000_000  # as seconds, the year 5138
_SKEW = 300


@diagnosis
def shape(evidence: Evidence) -> Iterator[Cause]:
    """Tell what is wrong with how the token is written."""
    if evidence.token is None:
        return
    text = evidence.token
    plain = bare(text)
    if re.match(r"(?i)\s*(authorization:\s*)?bearer\s+bearer\s", text):
        yield token_cause(
            "token-bearer-twice", "the header says Bearer twice: the token was stored with the word, and "
            "it is put before it again", "store the token alone, and write Bearer once",
        )  # fmt: skip
    elif plain in ("", "null", "undefined", "None", "[object Object]"):
        yield token_cause(
            "token-empty", f"there is no token, but the word {plain or '(nothing)'}: the client sends a "
            "variable that is not set", "take access_token out of the login's answer, and send that",
        )  # fmt: skip
    elif plain.startswith("{"):
        yield token_cause(
            "token-whole-answer", "this is the login's whole answer, not the token in it",
            "send the value of access_token alone",
        )  # fmt: skip
    elif any(one in plain for one in ("\n", " ", "\\n")):
        yield token_cause(
            "token-broken", "there are blanks or line ends within the token", "copy it in one piece",
        )  # fmt: skip
    elif plain.count(".") == 4:
        yield token_cause(
            "token-encrypted", "this is an encrypted token (JWE, five parts), and the project reads signed "
            "ones (three parts)", "ask the issuer for a signed access token: often an audience is missing",
        )  # fmt: skip
    elif read_token(text) is None:
        parts = plain.count(".") + 1
        yield token_cause(
            "token-no-jwt",
            f"this is no JWT: it has {parts} part{'s' if parts != 1 else ''}, and a JWT has three, of JSON in base64url",
            "send what the login gives as access_token, whole: an id, a session or a cut text is none",
        )
    elif text != plain and re.match(r"\s*['\"]", text):
        yield token_cause(
            "token-quoted", "the token is sent with quotes around it", "send it without quotes"
        )


@diagnosis
def times(evidence: Evidence) -> Iterator[Cause]:
    """Tell whether the token is too old or too new."""
    token = read_token(evidence.token or "")
    if token is None:
        return
    now = evidence.now
    long = [name for name in ("iat", "nbf", "exp") if (_seconds(token, name) or 0) > _MILLISECONDS]
    if long:
        yield token_cause(
            "token-milliseconds", f"{' and '.join(long)} of the token are milliseconds, as JavaScript counts, and a JWT "
            "has seconds (RFC 7519): it begins thousands of years from now, or never ends",
            "where it is made: Math.floor(Date.now() / 1000)",
            evidence=", ".join(f"{name}: {token.claims[name]}" for name in long),
        )  # fmt: skip
        return
    until = _seconds(token, "exp")
    found = local_time(evidence)
    if until is not None and until <= now:
        if found is not None and could_be_local(now - until):
            yield _local(f"the token ended {_ago(now - until)} ago", *found)
            return
        yield token_cause(
            "token-expired",
            f"the token ended {_ago(now - until)} ago, at {_at(until)}{_lived(token, until)}",
            LOG_IN + "; to let them live longer, change the setting of their lifetime",
            evidence=f"exp: {until:.0f}, now: {now:.0f}",
        )
    for claim, name in (("nbf", "token-not-yet"), ("iat", "token-clock-skew")):
        begins = _seconds(token, claim)
        if begins is None or begins <= now or (claim == "iat" and is_jose(evidence)):
            continue
        early = f"the token begins {_ago(begins - now)} from now ({claim})"
        if found is not None and begins - now > _SKEW and could_be_local(begins - now):
            yield _local(early, *found)
            return
        yield _early(evidence, name, early, begins - now, f"{claim}: {begins:.0f}, now: {now:.0f}")
    if isinstance(token.claims.get("exp"), str):
        yield token_cause(
            "token-exp-text", "the token's exp is a text, and must be a number of seconds (RFC 7519)",
            "give the library a datetime or an int", evidence=f"exp: {token.claims['exp']!r}",
        )  # fmt: skip


def _local(text: str, place: Place, repairs: tuple[Repair, ...]) -> Cause:
    return token_cause(
        "token-local-time", f"{text}: its times are made without a zone at {place}, and are off by the "
        "machine's zone wherever that is not UTC", "make them by datetime.now(UTC)", place,
        repairs=repairs,
    )  # fmt: skip


def _early(evidence: Evidence, name: str, text: str, seconds: float, shown: str) -> Cause:
    """Return the cause of a token that is used too early: clocks that differ, or a start to come."""
    one = next(iter(decodings(evidence)), None)
    near = seconds <= _SKEW and one is not None
    return token_cause(
        name, f"{text}: the clock of the machine that made it is ahead of this one",
        "set the clocks (NTP), and allow a leeway: jwt.decode(…, leeway=60)", one.place if one else None,
        shown, leeway_repair(evidence, one, seconds) if near and one else (),
    )  # fmt: skip


def _seconds(token: Token, claim: str) -> float | None:
    value = token.claims.get(claim)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{int(seconds)} seconds"


def _lived(token: Token, until: float) -> str:
    made = _seconds(token, "iat")
    return f"; it was made for {_ago(until - made)}" if made is not None and made < until else ""


@diagnosis
def signature(evidence: Evidence) -> Iterator[Cause]:
    """Tell whether the algorithm and the key are the project's."""
    token = read_token(evidence.token or "")
    if token is None:
        return
    taken = algorithms(evidence)
    one = next(iter(decodings(evidence)), None)
    place = one.place if one else None
    if token.algorithm.lower() == "none":
        yield token_cause(
            "token-unsigned", "the token is not signed (alg: none)", "take one from the login", place,
        )  # fmt: skip
    elif taken and token.algorithm not in taken:
        own = one is not None and token.algorithm in _signs(evidence)
        yield token_cause(
            "token-algorithm",
            f"the token is signed by {token.algorithm}, and decode takes {', '.join(taken)} alone",
            f'jwt.decode(…, algorithms=["{token.algorithm}"]), as encode has it' if own else
            f"sign by {taken[0]}; or, if another service signs, take its algorithm and public key",
            place, f"alg: {token.algorithm}", algorithm_repair(evidence, one) if own and one else (),
        )  # fmt: skip
    else:
        yield from _key(evidence, token)


def _signs(evidence: Evidence) -> set[str]:
    """Return the algorithms that the project signs by."""
    found = (given(evidence, one.place.file, one.algorithm) for one in encodings(evidence))
    return {one.value for one in found if one is not None}


def _key(evidence: Evidence, token: Token) -> Iterator[Cause]:
    """Tell whether the key that tokens are checked with is not the one of this token."""
    if (anew := random_key(evidence)) is not None:
        yield replace(random_cause(evidence, *anew), seen="given")
        return
    for one in decodings(evidence)[:1]:
        for signing in encodings(evidence):
            key = given(evidence, signing.place.file, signing.key)
            checked = given(evidence, one.place.file, one.key)
            if key and checked and key.value != checked.value and token.is_signed_by(key.value):
                names = [segment(evidence, c.place.file, c.key) for c in (signing, one) if c.key]
                yield token_cause(
                    "token-key", f"tokens are signed with {names[0]} ({signing.place}) and checked with "
                    f"{names[1]}", f"check with {names[0]} too", one.place,
                    repairs=key_repair(evidence, one, signing),
                )  # fmt: skip
                return
    for checked in islice(keys(evidence), 1):
        if token.is_signed_by(checked.value) is False:
            yield token_cause(
                "token-key",
                f"the token was not signed with the key that is set now ({checked.name or 'the constant'}"
                f"{f', {checked.place}' if checked.place else ', in the environment'}): the key was changed "
                "since, or another service or environment signed it",
                LOG_IN + "; if that does not help, give every process the same key", checked.place,
            )  # fmt: skip
