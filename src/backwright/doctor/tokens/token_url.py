"""Where the documentation's login asks: OAuth2PasswordBearer(tokenUrl=…)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import given
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, keyword
from backwright.project.types import Endpoint
from backwright.report.doctor_types import Cause
from backwright.values import Place


@diagnosis
def token_url(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a login that the application's documentation looks for where none is."""
    if not evidence.project.endpoints:
        return
    for file, call in evidence.sources.calls("OAuth2PasswordBearer"):
        node = keyword(call, "tokenUrl") or (call.args[0] if call.args else None)
        known = given(evidence, file, node)
        if node is None or known is None or "://" in known.value:
            continue
        asked = "/" + known.value.strip("/")
        if any(one.path.rstrip("/") == asked for one in evidence.project.endpoints):
            continue
        seen = [one for one in evidence.requests
                if one.method == "POST" and one.path.rstrip("/") == asked and one.status in (404, 405)]  # fmt: skip
        logins = [
            one
            for one in evidence.project.endpoints
            if one.method == "POST" and _takes_form(evidence, one)
        ]
        if not logins or (not seen and (evidence.project.unresolved or len(logins) != 1)):
            continue
        login = logins[0] if len(logins) == 1 else None
        written = (
            f'"{login.path if known.value.startswith("/") else login.path.lstrip("/")}"'
            if login
            else ""
        )
        is_literal = isinstance(node, ast.Constant)
        yield Cause(
            "tokens", "token-url",
            f"the login of the documentation asks {asked}, and there is no such route"
            + (f": it is {login.path}" if login else ""),
            tuple(f"{one} → {one.status}" for one in seen[:1]), Place(file, node.lineno),
            f"OAuth2PasswordBearer(tokenUrl={written or '…'})", "log in by Authorize in /docs",
            "happened" if seen else "source",
            rewritten(evidence, file, [(node, written)]) if login and is_literal else (),
            count=max(1, len(seen)),
        )  # fmt: skip


def _takes_form(evidence: Evidence, endpoint: Endpoint) -> bool:
    """Tell whether an endpoint takes the form that OAuth2 sends."""
    place = Place(endpoint.file, endpoint.line)
    function = evidence.sources.function_at(place)
    if function is None:
        behind = [one for one in evidence.sources.nodes(endpoint.file)
                  if isinstance(one, FunctionNode) and one.lineno >= endpoint.line]  # fmt: skip
        function = min(behind, key=lambda one: one.lineno, default=None)
    return function is not None and "PasswordRequestForm" in ast.unparse(function.args)
