"""Endpoints of accounts that are not wanted, taken out of the template with what only they need."""

from __future__ import annotations

import ast
import re

from backwright.source.outline import outline, used_names
from backwright.source.text import Splice, splice

RESETTING = "reset-password"
OPTIONAL = {
    "refresh": ("refresh", "TokenRefresh", "Token"),
    "logout": ("logout",),
    "change-password": ("change_password", "PasswordChange"),
    RESETTING: (
        "request_password_reset",
        "reset_password",
        "PasswordResetRequest",
        "PasswordReset",
        "send_reset_token",
    ),
}


def without(code: str, left_out: frozenset[str], unused: frozenset[str] = frozenset()) -> str:
    """Return a module of the template without some endpoints.

    Args:
        code: the module.
        left_out: the endpoints, as `OPTIONAL` names them.
        unused: functions that nothing in the host calls.
    """
    if not left_out and not unused:
        return code
    gone = {*unused, *(name for one in left_out for name in OPTIONAL[one])}
    if {"change-password", RESETTING} <= left_out:
        gone.add("set_password")
    if {"logout", "change-password", RESETTING} <= left_out:
        gone.add("end_tokens")
    code = _without_definitions(code, gone)
    if "refresh" in left_out:
        code = re.sub(r"(?m)^ +refresh_token=create_token.*,\n", "", code)
        code = re.sub(r"\bToken\(\n", "AccessToken(\n", code).replace(
            "-> Token:", "-> AccessToken:"
        )
    return _without_imports(code)


def _without_definitions(code: str, gone: set[str]) -> str:
    splices = [
        Splice(one.start, one.end + 1, "")
        for one in outline(code)
        if gone & set(one.names) and not _is_import(one.node)
    ]
    return re.sub(r"\n{4,}", "\n\n\n", splice(code, splices)).rstrip("\n") + "\n"


def _without_imports(code: str) -> str:
    """Return a module without imports that nothing uses any more."""
    tree = ast.parse(code)
    used = used_names(ast.Module([n for n in tree.body if not _is_import(n)], []))
    splices = []
    for node in tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        kept = [alias.name for alias in node.names if alias.name in used]
        module = node.module if isinstance(node, ast.ImportFrom) else None
        if len(kept) == len(node.names) or module == "__future__":
            continue
        start = f"from {module} import" if module else "import"
        text = f"{start} {', '.join(kept)}\n" if kept else ""
        splices.append(Splice(node.lineno, (node.end_lineno or node.lineno) + 1, text))
    return splice(code, splices)


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)
