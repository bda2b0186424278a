"""What a host stores of passwords: plain text only where its own code shows it, else some hash."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Literal

from backwright.project.types import Model
from backwright.transfer.grow.sources import FunctionNode, last_name
from backwright.transfer.guarding.password_writes import PASSWORD, Writes
from backwright.transfer.guarding.program import Program
from backwright.values import Note, Place

_SPOKEN = re.compile(r"(?i)passw|pwd|\bpw\b|pw_|_pw")
_HASHED = re.compile(r"(?i)hash|digest|crypt")
_HASHING = re.compile(r"(?i)hash|digest|crypt|salt|scrambl")
_TEXT = re.compile(r"(?i)^(\w+\.)*(str|string|varchar|char|text|unicode|citext|autostring)\b")
_BCRYPT = re.compile(r"(?i)bcrypt(?!_?sha)")
_LIBRARIES = frozenset(("passlib", "pwdlib", "bcrypt", "argon2", "werkzeug", "scrypt", "nacl",
                        "django", "flask_bcrypt", "pbkdf2"))  # fmt: skip
_QUICK = frozenset(("hashlib", "hmac", "crypt", "Crypto", "Cryptodome", "cryptography", "base64"))
_DIGESTS = frozenset(("md5", "sha1", "sha256", "sha512"))  # which signing in tells by their length
_AROUND = frozenset(("encode", "hexdigest", "compare_digest", *_DIGESTS))

Way = Literal["plain", "known", "unknown"]


@dataclass(frozen=True, slots=True)
class Storing:
    """How passwords are stored, and where that is seen.

    Attributes:
        way: `plain`, as they were typed; `known`, by bcrypt or by a quick hash of nothing else, which
            can be verified; `unknown`, in another way, or nothing tells.
        place: Where it is seen.
        why: What is seen there.
    """

    way: Way
    place: Place
    why: str


def stored_passwords(program: Program, model: Model, name: str) -> Storing:
    """Return how a host stores the passwords of its table of users.

    Args:
        program: the host.
        model: the table.
        name: the column.
    """
    column = next(one for one in model.columns if one.name == name)
    here = Place(column.file or model.file, column.line or model.line)
    for one in model.columns:
        if is_salt(one.name):
            place = Place(one.file or model.file, one.line or model.line)
            return Storing("unknown", place, f"{model.name} has a salt, {one.name}")
    if found := _by_library(program) or _by_hand(program) or _by_name(program):
        return found
    if _HASHED.search(name):
        return Storing("unknown", here, f"{model.name}.{name} is called a hash")
    if not _TEXT.match(column.type):
        return Storing("unknown", here, f"{model.name}.{name} is of type {column.type}")
    written = Writes(program, model, name).every()
    for write in written:
        if not write.is_typed:
            return Storing("unknown", write.place, "it cannot be told what is stored here")
    if not written:
        return Storing("unknown", here, f"nothing is seen that stores {model.name}.{name}")
    return Storing("plain", written[0].place, "what was typed is stored as it is")


def told(storing: Storing | None, model: str, name: str) -> list[Note]:
    """Return what a reviewer should know of the passwords that a table of users has."""
    if storing is None or storing.way == "known":
        return []
    then = (
        "who has one signs in with it, and a hash is stored then; what looks like a hash is none"
        if storing.way == "plain"
        else f"nobody signs in with what {model}.{name} has until a new password is set by the "
        "endpoint of resets; the rows, and what the project's own code stores, are left as they are"
    )
    return [Note(storing.place.file, storing.place.line, f"{storing.why}: {then}")]


def is_salt(name: str) -> bool:
    """Tell whether a column is called the salt of a hash."""
    return re.search(r"(?i)(^|_|pass(word)?)salt($|_)", name) is not None


def _by_library(program: Program) -> Storing | None:
    """Return which library a host hashes passwords by: bcrypt alone can be verified."""
    found = []
    for path, tree in program.sources.trees.items():
        for node in ast.walk(tree):
            library = _library(node)
            if library in _LIBRARIES:
                is_bcrypt = _BCRYPT.search(program.sources.draft.text(path)) is not None
                way: Way = "known" if is_bcrypt else "unknown"
                place = Place(path, getattr(node, "lineno", 1))
                found.append(Storing(way, place, f"{library} hashes passwords"))
    return _worst(found)


def _library(node: ast.AST) -> str:
    if isinstance(node, ast.Import):
        return node.names[0].name.partition(".")[0]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return (node.module or "").partition(".")[0]
    return ""


def _by_hand(program: Program) -> Storing | None:
    """Return where a host hashes passwords by quick hashes."""
    found = []
    for function in program.functions:
        node = function.node
        if not _SPOKEN.search(ast.unparse(node)):
            continue
        calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
        makers = [one for one in calls if last_name(one.func) != "compare_digest" and (
            program.sources.resolve(function.path, one.func)[0].partition(".")[0] in _QUICK)]  # fmt: skip
        if makers:
            is_known = _is_digest(makers, calls)
            how = "hashes passwords" if is_known else "hashes passwords in a way of its own"
            place = Place(function.path, node.lineno)
            found.append(Storing("known" if is_known else "unknown", place, f"{node.name} {how}"))
    return _worst(found)


def _is_digest(makers: list[ast.Call], calls: list[ast.Call]) -> bool:
    """Tell whether all that is hashed is a password by itself, and its digits are stored."""
    names = {last_name(one.func) for one in calls}
    return (
        "hexdigest" in names
        and not any(_HASHING.search(one) for one in names - _AROUND)
        and "update" not in names
        and all(last_name(one.func) in _DIGESTS and len(one.args) == 1 for one in makers)
        and all(PASSWORD.match(last_name(_unencoded(one.args[0]))) for one in makers)
    )


def _unencoded(node: ast.expr) -> ast.expr:
    """Return what is encoded."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value if node.func.attr == "encode" else node
    return node


def _by_name(program: Program) -> Storing | None:
    """Return which function or parameter of a host says that passwords are hashed."""
    for path, tree in program.sources.trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, FunctionNode) or not _HASHING.search(node.name):
                continue
            asked = [one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)]
            if any(_SPOKEN.search(one) for one in (node.name, *asked)):
                return Storing("unknown", Place(path, node.lineno), f"{node.name} hashes passwords")
    return None


def _worst(found: list[Storing]) -> Storing | None:
    return next((one for one in found if one.way == "unknown"), found[0] if found else None)
