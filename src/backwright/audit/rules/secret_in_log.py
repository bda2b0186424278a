"""A password, token or key is written to the log.

Why: logs are copied to many places and read by many people; what is in them signs in as the user.

Bad:

    import logging
    def login(email: str, password: str) -> None:
        logging.info(f"login of {email} with {password}")

Bad:

    def issue(access_token: str) -> None:
        print("token", access_token)

Good:

    import logging
    def login(email: str, password: str) -> None:
        logging.info("login of %s, a password of %d characters", email, len(password))

Leave it: never.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.passwords import SECRET
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import last_name
from backwright.audit.subject import Subject

_LOGGER = re.compile(r"(?i)^(\w*log(ger|ging)?|structlog)$")
_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what is handed to loggers and `print`."""
    for source in subject.program:
        for call in source.nodes(ast.Call):
            if not _writes(call):
                continue
            shown = [*call.args, *(one.value for one in call.keywords)]
            secret = next((one for part in shown if (one := _secret(part)) is not None), None)
            if secret is not None:
                yield Found(
                    at(source, call),
                    f"{ast.unparse(secret)} is written to the log",
                    "log who and what happened, never the secret itself",
                )


def _writes(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id == "print"
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in _LEVELS
        and bool(_LOGGER.match(last_name(call.func.value)))
    )


def _secret(part: ast.expr) -> ast.expr | None:
    """Return the secret that is printed itself: not its length, not what a function makes of it."""
    if isinstance(part, ast.JoinedStr):
        inner = [one.value for one in part.values if isinstance(one, ast.FormattedValue)]
        return next((found for one in inner if (found := _secret(one)) is not None), None)
    if isinstance(part, ast.BinOp):
        return _secret(part.left) or _secret(part.right)
    if isinstance(part, ast.Tuple | ast.List):
        return next((found for one in part.elts if (found := _secret(one)) is not None), None)
    if isinstance(part, ast.Name | ast.Attribute) and SECRET.match(last_name(part)):
        return part
    return None
