"""What token libraries say in the log."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from backwright.doctor.edits import rewritten, segment, tried
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called
from backwright.doctor.tokens.causes import random_cause
from backwright.doctor.tokens.given_claims import claim_repair, read_claims
from backwright.doctor.tokens.mending import (
    algorithm_repair,
    audience_repair,
    bearer_repair,
    caught,
    credentials_repair,
    issuer_repair,
    leeway_repair,
    opened_keys,
    random_key,
    subject_repair,
)
from backwright.doctor.tokens.reading import Decoding, decodings, encodings
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_PROOF = "repeat the request with a new token"
_KNOWN = (
    Known(
        "token-subject-type", r"InvalidSubjectError|Subject must be a string|JWTClaimsError: Subject must be",
        "a token's sub is no text: since PyJWT 2.10 (and in python-jose) it must be one",
        'sign it as {{"sub": str(user.id), …}}', _PROOF,
    ),
    Known(
        "token-expired", r"(?:ExpiredSignatureError|Signature has expired)",
        "a token has expired, and the library's error is not turned into an answer of 401",
        "except jwt.PyJWTError: raise HTTPException(401, headers={{\"WWW-Authenticate\": \"Bearer\"}})",
        _PROOF,
    ),
    Known(
        "token-algorithm", r"InvalidAlgorithmError|The specified alg value is not allowed",
        "a token is signed by an algorithm that decode does not list",
        'jwt.decode(token, key, algorithms=["HS256"]), as encode has it', _PROOF,
    ),
    Known(
        "token-algorithms-missing", r"It is required that you pass in a value for the \"algorithms\" argument",
        "decode names no algorithms, which PyJWT requires since version 2",
        'jwt.decode(token, key, algorithms=["HS256"])', _PROOF,
    ),
    Known(
        "token-audience", r"InvalidAudienceError|Invalid audience|Audience doesn't match",
        "tokens have an audience (aud) that decode does not name",
        "jwt.decode(…, audience=…)", _PROOF,
    ),
    Known(
        "token-key", r"InvalidSignatureError|Signature verification failed",
        "a token was signed with another key than the one it is checked with",
        "give every process the same key, and log in again", _PROOF,
    ),
    Known(
        "token-no-jwt", r"DecodeError: (?:Not enough segments|Invalid (?:header|payload|crypto|token) |Invalid token type)"
        r"|JWTError: (?:Error decoding token headers|Not enough segments)|JWSError: (?:Invalid header|Not enough)",
        "what is decoded is no JWT: an empty text, the whole header with Bearer, or bytes",
        "take the part behind `Bearer `; OAuth2PasswordBearer gives it so", _PROOF,
    ),
    Known(
        "token-key-type", r"TypeError: Expect(?:ed|ing) (?:a )?(?:string|str(?:ing)? or bytes|string- or bytes)(?:-formatted)? (?:key|value)"
        r"|Expecting a string- or bytes-formatted key"
        r"|argument of type 'SecretStr' is not|'SecretStr' object has no attribute",
        "the key is no text: a SecretStr that was not opened, or a setting that is not set",
        "settings.secret_key.get_secret_value()", "log in again",
    ),
    Known(
        "token-key-pem", r"Could not (?:parse the provided public key|deserialize key data)|Unable to load PEM file"
        r"|(?:JWKError|InvalidKeyError).*?(?:PEM|key format|RSA|parse)",
        "the key is no PEM that can be read: of a setting, its line breaks are often written as \\n",
        'settings.secret_key.replace("\\\\n", "\\n"); between BEGIN and END the lines must be whole', _PROOF,
    ),
    Known(
        "token-text-decoded", r"AttributeError: 'str' object has no attribute 'decode'",
        "what encode returns is decoded: since PyJWT 2 (and in python-jose) it is a text already",
        "leave .decode(…) out", "log in again",
    ),
    Known(
        "token-early", r"ImmatureSignatureError|The token is not yet valid \((?P<claim>iat|nbf)\)",
        "a token begins in the future ({claim}): the clock of the machine that made it is ahead, or it was "
        "made with local time for UTC",
        "set the clocks (NTP), make times by datetime.now(UTC), allow a leeway: jwt.decode(…, leeway=60)",
        _PROOF,
    ),
    Known(
        "token-issuer", r"InvalidIssuerError|Invalid issuer",
        "tokens come from another issuer (iss) than the one that decode names",
        "name it exactly as the token's iss is written, with its slash at the end", _PROOF,
    ),
    Known(
        "token-subject-other", r"ValueError: (?:invalid literal for int\(\) with base 10: '[^']*'|badly formed hexadecimal UUID)",
        "the token's sub is no key of a user as the project reads it: it was signed for another kind of key, "
        "or by somebody else",
        "sign str(user.id), read it as the key's type, and answer 401 where that fails", _PROOF,
    ),
    Known(
        "token-claim-missing", r"^KeyError: '(?P<name>\w+)'",
        "the claim {name} is read of a token that does not have it: it is signed by another name, or by an older "
        "version of the code",
        "sign and read the same claim", "log in again, and use the new token",
    ),
)  # fmt: skip


@diagnosis
def logged(evidence: Evidence) -> Iterator[Cause]:
    """Tell what a token library refused."""
    anew = random_key(evidence)
    for cause in recognised(evidence, "tokens", _KNOWN):
        if cause.name == "token-key" and anew is not None:
            known = random_cause(evidence, *anew)
            yield replace(known, failure=cause.failure, count=cause.count)
        elif _is_another(evidence, cause):
            continue
        elif cause.name == "token-no-jwt":
            yield _not_a_token(evidence, cause)
        else:
            place, repairs = _MENDING.get(cause.name, _none)(evidence, cause)
            yield replace(cause, place=place or cause.place, repairs=repairs)


def _is_another(evidence: Evidence, cause: Cause) -> bool:
    """Tell whether an error of a common kind does not come of how tokens are signed and read."""
    line = evidence.sources.line(cause.place) if cause.place else ""
    if cause.name == "token-claim-missing":
        name = re.search(r"KeyError: '(\w+)'", " ".join(cause.evidence))
        return not (name and name[1] in line and name[1] in read_claims(evidence))
    if cause.name == "token-subject-other":
        return not re.search(r"""\[["']sub["']\]|get\(["']sub["']""", line)
    if cause.name == "token-text-decoded":
        files = {one.place.file for one in encodings(evidence)}
        return cause.place is None or cause.place.file not in files or "decode(" not in line
    return False


Mended = tuple[Place | None, tuple[Repair, ...]]


def _not_a_token(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause of what is no token: the whole header, where that is what is decoded."""
    if whole := credentials_repair(evidence, cause.place):
        return replace(
            cause, name="token-credentials-whole",
            text="what HTTPBearer gives is decoded whole: it holds the scheme and the token",
            remedy="decode credentials.credentials", place=whole[0], repairs=whole[1],
        )  # fmt: skip
    if (found := bearer_repair(evidence, cause.place)) is None:
        return cause
    return replace(
        cause, name="token-bearer-kept",
        text="the Authorization header is decoded whole: the word Bearer stands before the token",
        remedy='take it off: authorization.removeprefix("Bearer "); or take the token by '
        "Depends(OAuth2PasswordBearer(…))",
        place=found[0], repairs=found[1],
    )  # fmt: skip


def _none(_: Evidence, cause: Cause) -> Mended:
    return cause.place, ()


def _decoding(evidence: Evidence, cause: Cause) -> Decoding | None:
    """Return the call of `decode` in which a library raised."""
    found = decodings(evidence)
    for one in found:
        last = one.call.end_lineno or one.place.line
        if (
            cause.place
            and one.place.file == cause.place.file
            and one.place.line <= cause.place.line <= last
        ):
            return one
    return found[0] if cause.place is None and found else None


def _at_decode(
    mend: Callable[[Evidence, Decoding], tuple[Repair, ...]],
) -> Callable[[Evidence, Cause], Mended]:
    def mended(evidence: Evidence, cause: Cause) -> Mended:
        one = _decoding(evidence, cause)
        return (one.place, mend(evidence, one)) if one is not None else (cause.place, ())

    return mended


def _subject(evidence: Evidence, _: Cause) -> Mended:
    return subject_repair(evidence)


def _opened(evidence: Evidence, cause: Cause) -> Mended:
    return cause.place, opened_keys(evidence)


def _refused(evidence: Evidence, cause: Cause) -> Mended:
    """Return the repair that answers 401 where a subject is no key."""
    place = cause.place
    function = evidence.sources.function_at(place) if place else None
    statement = next((one for one in (function.body if function else ())
                      if place and one.lineno <= place.line <= (one.end_lineno or 0)), None)  # fmt: skip
    if place is None or not isinstance(
        statement, ast.Assign | ast.Expr | ast.Return | ast.AnnAssign
    ):
        return place, ()
    answer = (401, '"Could not validate credentials"')
    return place, tried(evidence, place.file, statement, "ValueError", answer)


def _with_lines(evidence: Evidence, cause: Cause) -> Mended:
    """Return the repair that makes line breaks of what stands for them in a key of the settings."""
    calls = [*decodings(evidence), *encodings(evidence)]
    found: list[Repair] = []
    for file in sorted({one.place.file for one in calls}):
        changes = [
            (one.key, f'{segment(evidence, file, one.key)}.replace("\\\\n", "\\n")')
            for one in calls
            if one.place.file == file
            and one.key is not None
            and ".replace(" not in ast.unparse(one.key)
        ]
        found += rewritten(evidence, file, changes)
    at = _decoding(evidence, cause)
    return (at.place if at else cause.place), tuple(found)


def _claim(evidence: Evidence, cause: Cause) -> Mended:
    wanted = re.search(r"'(\w+)'", " ".join(cause.evidence))
    return claim_repair(evidence, wanted[1]) if wanted else (cause.place, ())


def _as_it_is(evidence: Evidence, cause: Cause) -> Mended:
    """Return the repair that does not decode what `encode` has returned."""
    place = cause.place
    if place is None:
        return None, ()
    for node in evidence.sources.nodes(place.file):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
            called(node) == "decode" and node.lineno <= place.line <= (node.end_lineno or 0)
            and len(node.args) + len(node.keywords) <= 1
        ):  # fmt: skip
            inner = segment(evidence, place.file, node.func.value)
            return place, rewritten(evidence, place.file, [(node, inner)])
    return place, ()


_MENDING: dict[str, Callable[[Evidence, Cause], Mended]] = {
    "token-subject-type": _subject,
    "token-expired": _at_decode(caught),
    "token-early": _at_decode(lambda evidence, one: leeway_repair(evidence, one, 30)),
    "token-algorithm": _at_decode(algorithm_repair),
    "token-algorithms-missing": _at_decode(algorithm_repair),
    "token-audience": _at_decode(lambda evidence, one: audience_repair(evidence, one, None)),
    "token-issuer": _at_decode(issuer_repair),
    "token-key-type": _opened,
    "token-subject-other": _refused,
    "token-key-pem": _with_lines,
    "token-claim-missing": _claim,
    "token-text-decoded": _as_it_is,
}
