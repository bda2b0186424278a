"""Which functions handle what people sign in with: they check a password, or issue or read a token."""

from __future__ import annotations

import ast

from backwright.project.signing import JWT_LIBRARIES
from backwright.transfer.grow.sources import last_name, names_of_statement
from backwright.transfer.guarding.program import Function, Program

_FORM = ("OAuth2PasswordRequestForm", "OAuth2PasswordRequestFormStrict")
_HASHING = frozenset(("passlib", "pwdlib", "bcrypt", "argon2", "werkzeug", "scrypt"))
_TOKENS = ("encode", "decode")
_CHECKS = ("verify", "verify_and_update", "checkpw", "check_password_hash")


def checks_credentials(program: Program, function: Function) -> bool:
    """Tell whether a function checks a password, or issues or reads a token, by some library.

    Hashing alone does not count: whoever changes an account's password does that.
    """
    if any(_is_form(one) for one in _said(function)):
        return True
    for node in program.walk(function):
        if isinstance(node, ast.Call):
            name, root = last_name(node.func), _root(program, function, node.func)
            if (name in _TOKENS and root in JWT_LIBRARIES) or (
                name in _CHECKS and root in _HASHING
            ):
                return True
    return False


def _said(function: Function) -> list[ast.AST]:
    """Return what the parameters of a function are, by annotation or dependency."""
    args = function.node.args
    defaults = [one for one in (*args.defaults, *args.kw_defaults) if one]
    annotations = [one.annotation for one in function.parameters if one.annotation]
    return [inner for one in (*defaults, *annotations) for inner in ast.walk(one)]


def _is_form(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and last_name(node) in _FORM


def _root(program: Program, function: Function, called: ast.expr) -> str:
    """Return the library that a call is of, also of an object that one of its classes made."""
    sources = program.sources
    module, _ = sources.resolve(function.path, called)
    root = module.partition(".")[0]
    if not isinstance(called, ast.Attribute) or root in JWT_LIBRARIES or root in _HASHING:
        return root
    home, name = sources.resolve(function.path, called.value)
    file = sources.file(home) or function.path
    local = [n for n in program.walk(function) if isinstance(n, ast.stmt)]
    known = sources.trees[file].body if file in sources.trees else []
    for node in (*local, *known):
        if isinstance(node, ast.Assign | ast.AnnAssign) and name in names_of_statement(node):
            made = node.value.func if isinstance(node.value, ast.Call) else None
            return sources.resolve(file, made)[0].partition(".")[0] if made else root
    return root
