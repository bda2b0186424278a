"""What an operation is for, as far as it decides when and with whom it is tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from backwright.probe.doors import Doors
from backwright.probe.nouns import noun_of_operation, noun_of_parameter
from backwright.probe.operations import Operation

# `entry`: logging in and registering. `account`: ends or changes the caller's own account or
# session, so that it is tried last and by users made for it. `machinery`: resets the server.
Purpose = Literal["plain", "entry", "account", "machinery"]

_ACCOUNT = re.compile(
    r"(?i)log-?_?out|sign-?_?out|deactivate|delete-?_?(my-?_?)?account|close-?_?account|revoke|"
    r"password|(change|update|confirm|verify)-?_?e?-?mail|e?mail-?_?verif|verif|sessions?(/|$)|"
    r"2fa|mfa|otp|token|unsubscribe|activate"
)
_ENTRY = re.compile(r"(?i)(^|[/_-])(refresh|log-?_?in|sign-?_?in|register|sign-?_?up|authorize|"
                    r"callback)([/_-]|$)")  # fmt: skip
_MACHINERY = re.compile(r"(?i)create_?db|reset-?_?(db|database|chef)|shutdown|restart|drop_?|populate|"
                        r"seed|migrate|healthcheck/crash")  # fmt: skip
_SELF = re.compile(r"(?i)/(me|self|current|profile|account)/?$")


def purpose_of(operation: Operation, doors: Doors, is_account: Callable[[str], bool]) -> Purpose:
    """Return what an operation is for; `is_account` tells nouns of accounts from others."""
    if operation in doors.logins[:1] or operation in doors.registrations[:1]:
        return "entry"
    if _MACHINERY.search(operation.path):
        return "machinery"
    if operation.method in ("HEAD", "OPTIONS"):
        return "plain"
    if operation.writes and _ENTRY.search(operation.path):
        return "entry"
    if _ACCOUNT.search(operation.path):
        return "account"
    if operation.method == "DELETE" and (
        _SELF.search(operation.path) or _ends(operation, is_account)
    ):
        return "account"
    return "plain"


def _ends(operation: Operation, is_account: Callable[[str], bool]) -> bool:
    """Tell whether the path ends with an account: `/users/{user_id}`, or `/users` for one's own."""
    if not operation.path_names:
        return is_account(noun_of_operation(operation))
    if not operation.path.rstrip("/").endswith("}"):
        return False
    return is_account(noun_of_parameter(operation, operation.path_names[-1]))


def touches_account(operation: Operation) -> bool:
    """Tell whether a path speaks of what ends or changes an account or a session."""
    return bool(_ACCOUNT.search(operation.path))


def is_about_caller(operation: Operation) -> bool:
    """Tell whether a path speaks of whoever calls: `/me`, `/posts/mine`."""
    return bool(re.search(r"(?i)(^|[/_-])(me|my|mine|self|own|current)([/_-]|$)", operation.path))
