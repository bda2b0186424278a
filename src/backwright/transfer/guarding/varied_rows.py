"""What the template says of whose the rows of each table are, filled in for a host."""

from __future__ import annotations

from collections.abc import Sequence

from backwright.transfer.guarding.owned import Owned

_USER = "user"
_TOLD = "with_shared"


def with_rows(code: str, owned: Sequence[Owned], key: str, *, shares: bool) -> str:
    """Return the template's module of rows with the tables of a host.

    Args:
        code: the module, in the host's words.
        owned: the tables whose rows belong to accounts.
        key: the column of the accounts' key.
        shares: whether rows that nobody owns may be read.
    """
    if shares:
        code = _told(code)
    caller = f"{_USER}.{key}"
    told = _TOLD if shares else ""
    conditions = [
        f"{one.model.name}: lambda {', '.join([_USER, *([told] if told else [])])}: "
        + one.condition(one.model.name, caller, itself=one.is_account, shared=told)
        for one in owned
    ]
    columns = [(one, one.column if one.direct else one.caller_column) for one in owned]
    named = [
        f'{one.model.name}: "{column if isinstance(column, str) else column.name}"'
        for one, column in columns
        if column and not one.is_alone  # a new account has a key of its own
    ]
    code = code.replace("Any]] = {}", f"Any]] = {_listed(conditions)}", 1)
    return code.replace("str] = {}", f"str] = {_listed(named)}", 1)


def _listed(entries: Sequence[str]) -> str:
    return "{\n" + "".join(f"    {one},\n" for one in entries) + "}" if entries else "{}"


def _told(code: str) -> str:
    """Let what finds rows be told whether those that nobody owns are seen, too."""
    code = code.replace("Callable[[User], Any]", "Callable[[User, bool], Any]")
    code = code.replace("condition(user)", f"condition(user, {_TOLD})")
    code = code.replace("visible(model, user)", f"visible(model, user, {_TOLD}={_TOLD})")
    parts = code.split(") -> Any:")
    return f", *, {_TOLD}: bool = False) -> Any:".join(parts)
