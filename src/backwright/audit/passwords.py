"""What the names of passwords and other secrets look like, and where they are hashed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from backwright.audit.sources import FunctionNode, last_name

PASSWORD = re.compile(
    r"(?i)^(raw_?|plain_?|new_?|user_?|input_?)?(password|passwd|pwd|passphrase)$"
)
COLUMN = re.compile(
    r"(?i)^(hashed_?|encrypted_?|user_?)?(password|passwd|pwd)(_?(hash|hashed|digest))?$"
)
SECRET = re.compile(
    r"(?i)^(hashed_?)?(password|passwd|pwd)(_hash)?$"
    r"|^(access|refresh|reset|id|auth)_?token$|^(api|secret|private)_?key$|^client_secret$"
)
HASHES = re.compile(
    r"(?i)hash|crypt|encrypt|argon|scrypt|pbkdf|get_password|make_password|digest|protect"
)


_CONNECTS = re.compile(
    r"(?i)^(\w+_)?(host|host_?name|port|server|protocol|network|dsn|database|db_name)$"
)


def of_account(fields: Iterable[str]) -> bool:
    """Tell whether fields beside a password are those of somebody who signs in here.

    With a host or a port beside it, it is what the program itself signs in with elsewhere.
    """
    return not any(map(_CONNECTS.match, fields))


def is_password(node: ast.AST | None) -> bool:
    """Tell whether an expression is named as a password that was typed in."""
    if isinstance(node, ast.Call):  # data.password.get_secret_value(), .encode(), .strip()
        func = node.func
        return isinstance(func, ast.Attribute) and is_password(func.value)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return isinstance(node.slice.value, str) and bool(PASSWORD.match(node.slice.value))
    return isinstance(node, ast.Name | ast.Attribute) and bool(PASSWORD.match(last_name(node)))


def hashes(node: ast.AST) -> bool:
    """Tell whether anything in a node is a call that hashes."""
    return any(
        isinstance(one, ast.Call) and HASHES.search(ast.unparse(one.func)) for one in ast.walk(node)
    )


def is_set_again(function: FunctionNode | None, name: str) -> bool:
    """Tell whether a function assigns to a name, attribute or key called so."""
    for one in ast.walk(function) if function is not None else ():
        targets = one.targets if isinstance(one, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                if target.slice.value == name:
                    return True
            elif last_name(target) == name:
                return True
    return False
