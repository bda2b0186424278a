"""How a host's handlers say what went wrong."""

from __future__ import annotations

import ast
from collections import Counter

from backwright.transfer.grow.sources import Sources

_HOUSE = "error"
_PLACE = 1  # of the detail among the arguments of `HTTPException`


def error_key(sources: Sources) -> str | None:
    """Return under which key a host's errors have their message, None where it is all they have.

    The house's own where the host raises none.
    """
    votes: Counter[str | None] = Counter()
    for _, call in sources.calls("HTTPException"):
        detail = next((k.value for k in call.keywords if k.arg == "detail"), None)
        if detail is None and len(call.args) > _PLACE:
            detail = call.args[_PLACE]
        if isinstance(detail, ast.Dict) and detail.keys:
            key = detail.keys[0]
            is_alone = len(detail.keys) == 1 and isinstance(key, ast.Constant)
            votes[str(key.value) if isinstance(key, ast.Constant) else ""] += is_alone
        elif isinstance(detail, ast.Constant | ast.JoinedStr | ast.BinOp):
            votes[None] += 1
    found = [key for key, count in votes.most_common() if count]
    return found[0] if found else _HOUSE
