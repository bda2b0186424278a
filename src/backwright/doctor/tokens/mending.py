"""Repairs of how a project signs and reads its tokens."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.doctor.edits import rewritten, segment, tried, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import constant, of_setting, setting_of
from backwright.doctor.sources import FunctionNode, called, keyword, last_name, literal
from backwright.doctor.tokens.reading import Decoding, decodings, encodings
from backwright.project.types import Setting
from backwright.report.doctor_types import Repair
from backwright.source.syntax import nodes
from backwright.values import Place

REGISTERED = frozenset({"exp", "iat", "nbf", "aud", "iss", "jti", "type", "token_type", "scopes"})
_MAKES = re.compile(r"token_(?:urlsafe|hex|bytes)|urandom|uuid[14]|get_random_bytes|generate_key")


@dataclass(frozen=True, slots=True)
class Signed:
    """A claim that the project signs: its key and value, in which file, in the literal of a dictionary or not."""

    file: str
    key: ast.expr
    value: ast.expr
    in_dict: bool = True

    @property
    def name(self) -> str:
        """Return the claim's name."""
        return str(literal(self.key))


def signed_claims(evidence: Evidence) -> Iterator[Signed]:
    """Yield the claims that are given to `encode`, there or by who calls the function around it."""
    makers = {one.function.name for one in encodings(evidence) if one.function}
    for file in evidence.sources.own:
        for node in evidence.sources.nodes(file):
            inside = isinstance(node, FunctionNode) and node.name in makers
            given = isinstance(node, ast.Call) and called(node) in makers
            if inside or given:
                yield from _claims(file, node)


def _claims(file: str, around: ast.AST) -> Iterator[Signed]:
    for node in nodes(around):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None and isinstance(literal(key), str):
                    yield Signed(file, key, value)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            name = node.targets[0].slice
            if isinstance(literal(name), str):
                yield Signed(file, name, node.value, in_dict=False)


def subject_repair(evidence: Evidence) -> tuple[Place | None, tuple[Repair, ...]]:
    """Return where a token's `sub` is given, and the repair that makes it a text."""
    for one in signed_claims(evidence):
        written = segment(evidence, one.file, one.value)
        is_text = isinstance(one.value, ast.JoinedStr) or isinstance(literal(one.value), str)
        if (
            one.name == "sub"
            and not is_text
            and not re.match(r"str\(|\w*\.?(email|username)$", written)
        ):
            place = Place(one.file, one.value.lineno)
            return place, rewritten(evidence, one.file, [(one.value, f"str({written})")])
    return None, ()


def audience_repair(evidence: Evidence, one: Decoding, audience: object) -> tuple[Repair, ...]:
    """Return the repair that names the audience at `decode` as the project signs it."""
    words = repr(audience).replace("'", '"') if isinstance(audience, str | list) else ""
    for claim in signed_claims(evidence):
        if claim.name == "aud":
            written = segment(evidence, claim.file, claim.value)
            is_near = claim.file == one.place.file or not re.search(r"[A-Za-z_]\w*(?!\")", written)
            words = written if is_near or isinstance(literal(claim.value), str) else words
    if not words or keyword(one.call, "audience") is not None:
        return ()
    return with_argument(evidence, one.place.file, one.call, f"audience={words}")


def issuer_repair(evidence: Evidence, one: Decoding) -> tuple[Repair, ...]:
    """Return the repair that signs the issuer which `decode` wants, where the project signs none."""
    wanted = keyword(one.call, "issuer")
    signed = list(signed_claims(evidence))
    if wanted is None or any(claim.name == "iss" for claim in signed):
        return ()
    words = segment(evidence, one.place.file, wanted)
    for claim in signed:
        is_near = claim.file == one.place.file or isinstance(literal(wanted), str)
        if claim.name in ("sub", "exp") and is_near and isinstance(claim.key, ast.Constant):
            written = segment(evidence, claim.file, claim.key)
            if claim.in_dict:
                return rewritten(evidence, claim.file, [(claim.key, f'"iss": {words}, {written}')])
    return ()


def algorithm_repair(evidence: Evidence, one: Decoding) -> tuple[Repair, ...]:
    """Return the repair that takes the algorithm that the project signs by."""
    signing = next((e for e in encodings(evidence) if e.algorithm is not None), None)
    if signing is None or signing.algorithm is None:
        return ()
    words = segment(evidence, signing.place.file, signing.algorithm)
    if signing.place.file != one.place.file and not isinstance(literal(signing.algorithm), str):
        return ()
    file, taken = one.place.file, one.algorithm
    if taken is None:
        return with_argument(evidence, file, one.call, f"algorithms=[{words}]")
    return rewritten(evidence, file, [(taken, f"[{words}]")])


def key_repair(evidence: Evidence, one: Decoding, signing: Decoding) -> tuple[Repair, ...]:
    """Return the repair that checks with the key that is signed with."""
    if one.key is None or signing.key is None or one.place.file != signing.place.file:
        return ()
    file = one.place.file
    return rewritten(evidence, file, [(one.key, segment(evidence, file, signing.key))])


def opened_keys(evidence: Evidence) -> tuple[Repair, ...]:
    """Return the repairs that open the secret wherever it is given to the library."""
    found: list[Repair] = []
    calls = [*encodings(evidence), *decodings(evidence)]
    for file in sorted({one.place.file for one in calls}):
        changes = [
            (one.key, f"{segment(evidence, file, one.key)}.get_secret_value()")
            for one in calls
            if one.place.file == file and one.key is not None and is_secret(evidence, one.key)
        ]
        found += rewritten(evidence, file, changes)
    return tuple(found)


def is_secret(evidence: Evidence, key: ast.expr) -> bool:
    """Tell whether a key's setting is declared as SecretStr."""
    setting = setting_of(evidence, last_name(key))
    if setting is None or "get_secret_value" in ast.unparse(key):
        return False
    return "SecretStr" in evidence.sources.line(Place(setting.file, setting.line))


def random_key(evidence: Evidence) -> tuple[Place, Setting | None] | None:
    """Return where a key is made anew at each start, and the setting that it is the default of."""
    for one in (*decodings(evidence), *encodings(evidence)):
        name = last_name(one.key)
        setting = setting_of(evidence, name)
        if setting is not None:
            line = Place(setting.file, setting.line)
            given = of_setting(evidence, setting)
            fixed = given is not None and given.name in evidence.variables
            if not fixed and _MAKES.search(evidence.sources.line(line)):
                return line, setting
        elif name and (found := constant(evidence, one.place.file, name)) is not None:
            file, value = found
            if _MAKES.search(ast.unparse(value).partition("environ")[0].partition("getenv")[0]):
                return Place(file, value.lineno), None
    return None


def bearer_repair(
    evidence: Evidence, place: Place | None
) -> tuple[Place, tuple[Repair, ...]] | None:
    """Return where a header is decoded whole, and the repair that takes the word Bearer off."""
    for one in decodings(evidence):
        if place is not None and one.place.file != place.file:
            continue
        token = one.call.args[0] if one.call.args else keyword(one.call, "token")
        if token is not None and one.function is not None and _is_header(one.function, token):
            written = segment(evidence, one.place.file, token)
            new = f'{written}.removeprefix("Bearer ")'
            return one.place, rewritten(evidence, one.place.file, [(token, new)])
    return None


def credentials_repair(
    evidence: Evidence, place: Place | None
) -> tuple[Place, tuple[Repair, ...]] | None:
    """Return where what HTTPBearer gives is decoded whole, and the repair that takes the token out of it."""
    for one in decodings(evidence):
        token = one.call.args[0] if one.call.args else keyword(one.call, "token")
        if not isinstance(token, ast.Name) or one.function is None:
            continue
        if place is not None and one.place.file != place.file:
            continue
        arguments = [*one.function.args.args, *one.function.args.kwonlyargs]
        told = [ast.unparse(arg.annotation) for arg in arguments
                if arg.arg == token.id and arg.annotation]  # fmt: skip
        if any("HTTPAuthorizationCredentials" in about for about in told):
            repairs = rewritten(evidence, one.place.file, [(token, f"{token.id}.credentials")])
            return one.place, repairs
    return None


def _is_header(function: FunctionNode, token: ast.expr) -> bool:
    """Tell whether an expression is the Authorization header as it came."""
    whole = ast.unparse(token)
    header = re.compile(r"(?i)headers(\[|\.get\()['\"]authorization['\"][\])][^.\[]*$")
    if header.search(whole):
        return True
    if not isinstance(token, ast.Name):
        return False
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    defaults = [*function.args.defaults, *function.args.kw_defaults]
    for arg in arguments:
        about = ast.unparse(arg.annotation) if arg.annotation else ""
        if arg.arg == token.id and ("Header(" in about or arg.arg == "authorization"):
            return True
    if (
        any(d is not None and "Header(" in ast.unparse(d) for d in defaults)
        and token.id == "authorization"
    ):
        return True
    for node in nodes(*function.body):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == token.id:
            return header.search(ast.unparse(node.value)) is not None
    return False


def caught(evidence: Evidence, one: Decoding) -> tuple[Repair, ...]:
    """Return the repair that answers 401 whatever a token library raises at a call of `decode`."""
    file = one.place.file
    text = evidence.sources.text(file)
    jose = re.search(r"(?m)^from jose\b", text) is not None
    base = "JWTError" if jose else "jwt.PyJWTError"
    imports = {"jose": {"JWTError"}} if jose else {}
    around = _try_around(one)
    if around is not None and around.handlers:
        first = around.handlers[0]
        if first.type is None:
            return ()
        return rewritten(evidence, file, [(first.type, base)], imports)
    statement = _statement(one)
    if statement is None:
        return ()
    answer = (401, '"Could not validate credentials"')
    return tried(evidence, file, statement, base, answer, imports)


def _try_around(one: Decoding) -> ast.Try | None:
    found = [
        node for node in (nodes(*one.function.body) if one.function else ())
        if isinstance(node, ast.Try)
        and node.body[0].lineno <= one.place.line <= (node.body[-1].end_lineno or 0)
    ]  # fmt: skip
    return max(found, key=lambda node: node.lineno, default=None)


def _statement(one: Decoding) -> ast.stmt | None:
    found = [
        node for node in (nodes(*one.function.body) if one.function else ())
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr | ast.Return)
        and node.lineno <= one.place.line <= (node.end_lineno or 0)
    ]  # fmt: skip
    return max(found, key=lambda node: node.lineno, default=None)


def leeway_repair(evidence: Evidence, one: Decoding, seconds: float) -> tuple[Repair, ...]:
    """Return the repair that allows clocks to differ by whole minutes (PyJWT)."""
    text = evidence.sources.text(one.place.file)
    if keyword(one.call, "leeway") is not None or not re.search(r"(?m)^\s*import jwt\b", text):
        return ()
    minutes = int(seconds // 60) + 1
    return with_argument(evidence, one.place.file, one.call, f"leeway={minutes * 60}")
